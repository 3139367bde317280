"""A function of VAST DataEngine that hands events of a bucket on to `mediasearch serve`.

Put it into a folder made by `vastde functions init`, with the trigger of the bucket before it in a
pipeline. It looks at nothing itself: an event that could not be handed on raises, so that DataEngine
delivers it again.
"""

import json
import os
import urllib.request

TIMEOUT_SECONDS = 30
# What names an object, beside the data; DataEngine knows more attributes than it needs.
ATTRIBUTES = ("id", "source", "type", "time", "subject", "elementpath")


def init(ctx):
    ctx.mediasearch_url = os.environ["MEDIASEARCH_URL"].rstrip("/") + "/v1/events"
    ctx.mediasearch_key = ctx.secrets.get("mediasearch", {})["KEY"]


def handler(ctx, event):
    body = {"specversion": "1.0", "data": event.data}
    for name in ATTRIBUTES:
        value = attribute_of(event, name)
        if value:
            body[name] = str(value)
    request = urllib.request.Request(
        ctx.mediasearch_url,
        data=json.dumps(body).encode(),
        headers={
            "Content-Type": "application/cloudevents+json",
            "Authorization": "Bearer " + ctx.mediasearch_key,
        },
    )
    # Raises for every status but 2xx.
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
        taken = json.load(answer)
    ctx.logger.info("mediasearch took the event: %s" % taken)
    return taken


def attribute_of(event, name):
    """Runtimes keep attributes as members, by index, or in a dictionary of extensions."""
    value = getattr(event, name, None)
    if value is None and hasattr(event, "get"):
        value = event.get(name)
    if value is None:
        value = (getattr(event, "extensions", None) or {}).get(name)
    return value
