"""NVIDIA's own client against riva-server.ts of the tests: `riva_client.py HOST:PORT WAV`. Exits 1 when what it reads is not what it should be."""
import sys

import riva.client

address, path = sys.argv[1:3]
auth = riva.client.Auth(uri=address, metadata_args=[["authorization", "Bearer right-key"]])
service = riva.client.ASRService(auth)
config = riva.client.RecognitionConfig(
    encoding=riva.client.AudioEncoding.LINEAR_PCM, sample_rate_hertz=16000, audio_channel_count=1, language_code="en-US", max_alternatives=1, enable_automatic_punctuation=True, enable_word_time_offsets=True,
)
with open(path, "rb") as wav:
    pcm = wav.read()[44:]
offline = service.offline_recognize(pcm, config)
text = " ".join(r.alternatives[0].transcript.strip() for r in offline.results)
words = [w for r in offline.results for w in r.alternatives[0].words]
assert "millions of flowers" in text, text
assert len(words) > 8 and all(w.end_time >= w.start_time for w in words) and words[-1].end_time > 2000, words
streamed = service.streaming_response_generator(audio_chunks=(pcm[i : i + 3200] for i in range(0, len(pcm), 3200)), streaming_config=riva.client.StreamingRecognitionConfig(config=config, interim_results=True))
final = " ".join(r.alternatives[0].transcript.strip() for reply in streamed for r in reply.results if r.is_final)
assert "millions of flowers" in final, final
models = service.stub.GetRivaSpeechRecognitionConfig(riva.client.proto.riva_asr_pb2.RivaSpeechRecognitionConfigRequest(), metadata=auth.get_auth_metadata())
assert models.model_config[0].parameters["type"] == "offline", models
print(f"NVIDIA's client reads our test server: {text!r}")
