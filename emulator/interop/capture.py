"""Records what the real SDK (vastdb) sends.

python capture.py requests ENDPOINT ACCESS SECRET BUCKET   bodies of each kind of request: emulator/captured.ts holds them
python capture.py queries                                  query bodies for every operator and type of literal, with what they are made from, as JSON
"""
import datetime as dt
import json
import sys

import ibis
import pyarrow as pa
import vastdb
from vastdb import _internal


def requests(endpoint, access, secret, bucket):
    sent = {}
    original = _internal.VastdbApi._single_request

    def record(self, *, method, url, **kwargs):
        data = kwargs.get("data")
        if data is not None:
            sent.setdefault(f"{method} {url.query.split('&')[0]}", bytes(data).hex())
        return original(self, method=method, url=url, **kwargs)

    _internal.VastdbApi._single_request = record
    with vastdb.connect(endpoint=endpoint, access=access, secret=secret).transaction() as tx:
        s = tx.bucket(bucket).create_schema("capture")
        t = s.create_table("t", pa.schema([("a", pa.int64()), ("s", pa.utf8())]))
        t.insert(pa.record_batch({"a": pa.array([1, 2]), "s": pa.array(["x", "y"])}))
        t.select(["s"], (t["a"].isin([1, 2])) & (t["s"].startswith("x")), internal_row_id=True).read_all()
        t.update(pa.table({"$row_id": pa.array([1], pa.uint64()), "a": pa.array([7])}))
        t.delete(pa.table({"$row_id": pa.array([1], pa.uint64())}))
        t.drop()
        s.drop()
    return sent


LITERALS = {
    "int8": (pa.int8(), -5), "int16": (pa.int16(), -5), "int32": (pa.int32(), -5), "uint8": (pa.uint8(), 5), "uint16": (pa.uint16(), 5), "uint32": (pa.uint32(), 5),
    "float32": (pa.float32(), 1.5), "float64": (pa.float64(), 1.5), "bool": (pa.bool_(), True), "decimal128(10,2)": (pa.decimal128(10, 2), 1.25), "binary": (pa.binary(), b"\x01\xff"),
    "date32": (pa.date32(), dt.date(2024, 1, 2)), "time32s": (pa.time32("s"), dt.time(1, 2, 3)), "time64us": (pa.time64("us"), dt.time(1, 2, 3, 4)),
    "ts s": (pa.timestamp("s"), dt.datetime(2024, 1, 2, 3, 4, 5)), "ts us": (pa.timestamp("us"), dt.datetime(2024, 1, 2, 3, 4, 5, 6)), "ts ns": (pa.timestamp("ns"), dt.datetime(2024, 1, 2, 3, 4, 5, 6)),
    "fsl f32": (pa.list_(pa.field("item", pa.float32(), nullable=False), 3), [1.0, 2.0, 3.0]),
}


def queries():
    made = []

    def case(name, schema, projection, predicate):
        request = _internal.build_query_data_request(schema=schema, predicate=predicate, field_names=projection)
        made.append({"name": name, "schema": [[f.name, str(f.type), f.nullable] for f in schema], "projection": projection, "hex": bytes(request.serialized).hex()})

    def table(schema):
        return ibis.table(ibis.Schema.from_pyarrow(schema), "t")

    plain = pa.schema([("a", pa.int64()), ("s", pa.utf8())])
    a, s = table(plain)["a"], table(plain)["s"]
    case("no filter", plain, ["s"], None)
    case("empty projection", plain, [], None)
    for name, predicate in {
        "==": a == 1, "!=": a != 1, "<": a < 1, "<=": a <= 1, ">": a > 1, ">=": a >= 1, "zero": a == 0, "isin 1,2,3": a.isin([1, 2, 3]), "between 1,3": a.between(1, 3),
        "isnull": a.isnull(), "notnull": ~a.isnull(), "or": (a == 1) | (a > 5), "and": (a > 1) & (s == "x"), "and of ors": ((a == 1) | (a == 2)) & (s.startswith("x") | s.isnull()),
        "startswith ab": s.startswith("ab"), "startswith \\x7f": s.startswith("\x7f"), "startswith empty": s.startswith(""), "contains": s.contains("b"),
    }.items():
        case(f"a/s {name}", plain, ["s"], predicate)
    for name, (kind, value) in LITERALS.items():
        schema = pa.schema([("c", kind)])
        case(f"literal {name}", schema, ["c"], table(schema)["c"] == value)
    nested = pa.schema([("x", pa.int64()), ("l", pa.list_(pa.int8())), ("m", pa.map_(pa.utf8(), pa.float64())), ("st", pa.struct([("p", pa.int32()), ("q", pa.utf8())])), ("z", pa.int64())])
    case("nested all", nested, nested.names, table(nested)["z"] > 2)
    case("struct field", nested, ["x"], table(nested)["st"]["q"] == "v")
    return made


json.dump(requests(*sys.argv[2:]) if sys.argv[1] == "requests" else queries(), sys.stdout, indent=1)
