"""OpenAI's own client against whisper-server.ts of the tests: `openai_client.py BASE-URL WAV`. Exits 1 when what it reads is not what it should be."""
import sys

import openai

base, path = sys.argv[1:3]
client = openai.OpenAI(base_url=f"{base}/openai/v1", api_key="right-key", max_retries=0)
with open(path, "rb") as wav:
    verbose = client.audio.transcriptions.create(file=wav, model="whisper-1", response_format="verbose_json", timestamp_granularities=["word", "segment"], language="en")
assert "millions of flowers" in verbose.text, verbose
assert verbose.segments[0].end > verbose.segments[0].start and verbose.words[0].word == verbose.words[0].word.strip() and verbose.duration > 4, verbose
with open(path, "rb") as wav:
    assert "millions" in client.audio.transcriptions.create(file=wav, model="gpt-4o-transcribe").text
with open(path, "rb") as wav:
    diarized = client.audio.transcriptions.create(file=wav, model="gpt-4o-transcribe-diarize", response_format="diarized_json", chunking_strategy="auto")
assert diarized.segments[0].speaker == "A", diarized
assert "whisper-1" in [model.id for model in client.models.list()]


def fails(kind, **asked):
    try:
        with open(path, "rb") as wav:
            asked.pop("client", client).audio.transcriptions.create(file=wav, **asked)
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


assert fails(openai.BadRequestError, model="gpt-4o-transcribe", response_format="verbose_json").param == "response_format"
assert fails(openai.NotFoundError, model="nothing").code == "model_not_found"
assert fails(openai.AuthenticationError, model="whisper-1", client=openai.OpenAI(base_url=f"{base}/locked/v1", api_key="wrong", max_retries=0)).code == "invalid_api_key"
print(f"OpenAI's client reads our test server: {verbose.text!r}")
