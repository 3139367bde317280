"""Calls ops/dataengine/main.py as DataEngine's runtime does: init, then handler for each event."""

import importlib.util
import json
import logging
import sys
import types

spec = importlib.util.spec_from_file_location("main", sys.argv[1])
main = importlib.util.module_from_spec(spec)
spec.loader.exec_module(main)
ctx = types.SimpleNamespace(
    secrets={"mediasearch": {"KEY": sys.argv[2]}}, logger=logging.getLogger("function")
)
main.init(ctx)
answers = []
for event in json.load(sys.stdin):
    answers.append(main.handler(ctx, types.SimpleNamespace(**event)))
try:
    ctx.mediasearch_key = "wrong"
    main.handler(ctx, types.SimpleNamespace(type="x", data={}))
    answers.append("not raised")
except Exception as error:
    answers.append(type(error).__name__)
print(json.dumps(answers))
