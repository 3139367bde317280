"""Reads, through VAST's SDK, a library that mediasearch wrote: library.py ENDPOINT ACCESS SECRET BUCKET SCHEMA < transcripts.json

transcripts.json: for each path, the segments as `mediasearch transcript --json` shows them: [[start_ms, end_ms, text, speaker or null], …].
"""
import json
import math
import sys

import vastdb

endpoint, access, secret, bucket, schema = sys.argv[1:]
expected = json.load(sys.stdin)
wrong = []
counts = {}
with vastdb.connect(endpoint=endpoint, access=access, secret=secret).transaction() as tx:
    s = tx.bucket(bucket).schema(schema)
    names = s.tablenames()
    assets = s.table("assets").select(["asset_id", "version_id", "segment_count", "state"], s.table("assets")["deleted_at_ms"].isnull()).read_all().to_pylist()
    segments = s.table("segments")
    embeddings = s.table(next(name for name in names if name.startswith("embeddings_")))
    if sorted(a["asset_id"] for a in assets) != sorted(expected):
        wrong.append(f"files: {[a['asset_id'] for a in assets]}")
    for asset in assets:
        version = asset["version_id"]
        rows = segments.select(["position", "start_ms", "end_ms", "text", "speaker"], segments["version_id"] == version).read_all().sort_by("position").to_pylist()
        found = [[r["start_ms"], r["end_ms"], r["text"], r["speaker"]] for r in rows]
        if found != expected.get(asset["asset_id"]) or len(rows) != asset["segment_count"]:
            wrong.append(f"segments of {asset['asset_id']}")
        vectors = embeddings.select(["position", "vector"], embeddings["version_id"] == version).read_all().sort_by("position").to_pylist()
        if [v["position"] for v in vectors] != [r["position"] for r in rows] or any(abs(math.hypot(*v["vector"]) - 1) > 1e-3 for v in vectors):
            wrong.append(f"vectors of {asset['asset_id']}")
        counts["segments"] = counts.get("segments", 0) + len(rows)
        counts["vectors"] = counts.get("vectors", 0) + len(vectors)
    index = embeddings.vector_index
print(f"vastdb reads the library: {len(assets)} files, {counts.get('segments', 0)} segments, {counts.get('vectors', 0)} vectors, index {index and index.distance_metric}: {'all equal' if not wrong else 'DIFFERENT: ' + ', '.join(wrong)}")
sys.exit(1 if wrong or len(assets) == 0 else 0)
