"""A speech NIM with NVIDIA's own stubs: `riva_server.py EARS-URL MODE`. It hears by asking byo-server.ts. MODE: offline, online, quiet (no words). Writes its port, then each request as JSON."""
import io
import json
import sys
import urllib.request
import wave
from concurrent import futures

import grpc
import riva.client.proto.riva_asr_pb2 as asr
import riva.client.proto.riva_asr_pb2_grpc as asr_grpc
import riva.client.proto.riva_audio_pb2 as audio
from google.protobuf.json_format import MessageToDict
from google.protobuf.unknown_fields import UnknownFieldSet

EARS, MODE = sys.argv[1], sys.argv[2]
KEY = "right-key"


def hear(pcm):
    wav = io.BytesIO()
    with wave.open(wav, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        out.writeframes(pcm)
    with urllib.request.urlopen(urllib.request.Request(f"{EARS}/hear/json", data=wav.getvalue(), method="POST")) as reply:
        return json.load(reply)["segments"]


def alternative(segment, speaker):
    words = [] if MODE == "quiet" else [
        asr.WordInfo(start_time=int(w["startMs"]), end_time=int(w["endMs"]), word=w["text"].lower().strip(".,?!"), confidence=w["confidence"], speaker_tag=speaker) for w in segment["words"]
    ]
    return asr.SpeechRecognitionAlternative(transcript=segment["text"] + " ", confidence=0.0, words=words, language_code=["en-US"])


class Speech(asr_grpc.RivaSpeechRecognitionServicer):
    def note(self, method, context, config=None, size=0):
        metadata = dict(context.invocation_metadata())
        unknown = [] if config is None else [field.field_number for field in UnknownFieldSet(config)]
        seen = {"method": method, "authorization": metadata.get("authorization"), "functionId": metadata.get("function-id"), "bytes": size, "unknown": unknown}
        seen["config"] = None if config is None else MessageToDict(config, preserving_proto_field_name=True)
        print(json.dumps(seen), flush=True)
        if metadata.get("authorization") != f"Bearer {KEY}":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "invalid token")

    def check(self, config, context):
        if config.encoding != audio.AudioEncoding.LINEAR_PCM or config.sample_rate_hertz != 16000 or config.audio_channel_count != 1:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "unsupported audio")
        if config.language_code != "en-US":
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"Error: Unavailable model requested given these parameters: language_code={config.language_code}")

    def Recognize(self, request, context):
        self.note("Recognize", context, request.config, len(request.audio))
        self.check(request.config, context)
        tagged = request.config.diarization_config.enable_speaker_diarization
        results = [asr.SpeechRecognitionResult(alternatives=[alternative(s, i % 2 if tagged else 0)], channel_tag=1) for i, s in enumerate(hear(request.audio))]
        return asr.RecognizeResponse(results=results)

    def StreamingRecognize(self, requests, context):
        first = next(requests)
        if first.WhichOneof("streaming_request") != "streaming_config":
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the first message must be streaming_config")
        pcm = b"".join(r.audio_content for r in requests)
        self.note("StreamingRecognize", context, first.streaming_config.config, len(pcm))
        self.check(first.streaming_config.config, context)
        for segment in hear(pcm):
            yield asr.StreamingRecognizeResponse(results=[asr.StreamingRecognitionResult(alternatives=[asr.SpeechRecognitionAlternative(transcript="not yet")], is_final=False, stability=0.1)])
            yield asr.StreamingRecognizeResponse(results=[asr.StreamingRecognitionResult(alternatives=[alternative(segment, 0)], is_final=True)])

    def GetRivaSpeechRecognitionConfig(self, request, context):
        self.note("GetRivaSpeechRecognitionConfig", context)
        config = asr.RivaSpeechRecognitionConfigResponse.Config(model_name="parakeet", parameters={"type": "online" if MODE == "online" else "offline", "language_code": "en-US"})
        return asr.RivaSpeechRecognitionConfigResponse(model_config=[config])


# gRPC's own limit of 4 MiB, as a server has it that nobody told otherwise.
server = grpc.server(futures.ThreadPoolExecutor(4))
asr_grpc.add_RivaSpeechRecognitionServicer_to_server(Speech(), server)
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
sys.stdin.read()
