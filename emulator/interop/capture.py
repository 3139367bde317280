"""Records what the real SDK sends: python capture.py ENDPOINT ACCESS SECRET BUCKET > captured.json

Bodies of each kind of request, and query bodies for every operator and type of literal. emulator/captured.ts holds them.
"""
import datetime as dt
import json
import sys

import pyarrow as pa
import vastdb
from vastdb import _internal

endpoint, access, secret, bucket = sys.argv[1:5]
sent = {}
original = _internal.VastdbApi._single_request


def record(self, *, method, url, **kwargs):
    data = kwargs.get("data")
    if data is not None:
        key = f"{method} {url.query.split('&')[0]}"
        sent.setdefault(key, bytes(data).hex())
    return original(self, method=method, url=url, **kwargs)


_internal.VastdbApi._single_request = record
session = vastdb.connect(endpoint=endpoint, access=access, secret=secret)
queries = []


def case(table, name, projection, predicate):
    columns = projection if projection is not None else table.arrow_schema.names
    request = _internal.build_query_data_request(schema=table.arrow_schema, predicate=predicate, field_names=columns)
    queries.append({"name": name, "projection": columns, "hex": bytes(request.serialized).hex()})


with session.transaction() as tx:
    s = tx.bucket(bucket).create_schema("capture")
    t = s.create_table("t", pa.schema([("a", pa.int64()), ("s", pa.utf8())]))
    t.insert(pa.record_batch({"a": pa.array([1, 2]), "s": pa.array(["x", "y"])}))
    t.select(["s"], (t["a"].isin([1, 2])) & (t["s"].startswith("x")), internal_row_id=True).read_all()
    t.update(pa.table({"$row_id": pa.array([1], pa.uint64()), "a": pa.array([7])}))
    t.delete(pa.table({"$row_id": pa.array([1], pa.uint64())}))
    a, text = t["a"], t["s"]
    for name, predicate in {
        "no filter": None, "==": a == 1, "!=": a != 1, "<": a < 1, "<=": a <= 1, ">": a > 1, ">=": a >= 1, "zero": a == 0,
        "in": a.isin([1, 2, 3]), "between": a.between(1, 3), "null": a.isnull(), "not null": ~a.isnull(), "or": (a == 1) | (a > 5),
        "and": (a > 1) & (text == "x"), "and of ors": ((a == 1) | (a == 2)) & (text.startswith("x") | text.isnull()),
        "prefix": text.startswith("ab"), "prefix 7f": text.startswith("\x7f"), "empty prefix": text.startswith(""), "contains": text.contains("b"),
    }.items():
        case(t, name, ["s"], predicate)
    case(t, "empty projection", [], None)
    t.drop()
    literals = {
        "i8": (pa.int8(), -5), "i16": (pa.int16(), -5), "i32": (pa.int32(), -5), "u8": (pa.uint8(), 5), "u16": (pa.uint16(), 5), "u32": (pa.uint32(), 5), "u64": (pa.uint64(), 5),
        "f32": (pa.float32(), 1.5), "f64": (pa.float64(), 1.5), "bool": (pa.bool_(), True), "dec": (pa.decimal128(10, 2), 1.25), "bin": (pa.binary(), b"\x01\xff"),
        "date": (pa.date32(), dt.date(2024, 1, 2)), "t32": (pa.time32("s"), dt.time(1, 2, 3)), "t64": (pa.time64("us"), dt.time(1, 2, 3, 4)),
        "ts_s": (pa.timestamp("s"), dt.datetime(2024, 1, 2, 3, 4, 5)), "ts_us": (pa.timestamp("us"), dt.datetime(2024, 1, 2, 3, 4, 5, 6)), "ts_ns": (pa.timestamp("ns"), dt.datetime(2024, 1, 2, 3, 4, 5, 6)),
        "vec": (pa.list_(pa.field("item", pa.float32(), nullable=False), 3), [1.0, 2.0, 3.0]),
    }
    typed = s.create_table("typed", pa.schema([(name, kind) for name, (kind, _) in literals.items()]))
    for name, (_, value) in literals.items():
        case(typed, name, [name], typed[name] == value)
    typed.drop()
    nested = s.create_table("nested", pa.schema([("x", pa.int64()), ("l", pa.list_(pa.int8())), ("m", pa.map_(pa.utf8(), pa.float64())), ("st", pa.struct([("p", pa.int32()), ("q", pa.utf8())])), ("z", pa.int64())]))
    case(nested, "nested all", None, nested["z"] > 2)
    case(nested, "struct field", ["x"], nested["st"]["q"] == "v")
    nested.drop()
    s.drop()

json.dump({"requests": sent, "queries": queries}, sys.stdout, indent=1)
