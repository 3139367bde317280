"""The table of cells.ts in Python's words.

cells.py read ENDPOINT ACCESS SECRET BUCKET TABLE    reads through vastdb what mediasearch's client wrote, and compares
cells.py write ENDPOINT ACCESS SECRET BUCKET TABLE   writes it through vastdb
"""
import datetime as dt
import decimal
import sys

import pyarrow as pa
import vastdb

ROWS = 1000
EPOCH = dt.datetime(1970, 1, 1)
CELLS = [
    ("n", pa.int64(), lambda i: i),
    ("i8", pa.int8(), lambda i: i % 100 - 50),
    ("i16", pa.int16(), lambda i: i - 500),
    ("i32", pa.int32(), lambda i: -i),
    ("i64", pa.int64(), lambda i: i * 10**15),
    ("u8", pa.uint8(), lambda i: i % 256),
    ("u16", pa.uint16(), lambda i: i * 60),
    ("u32", pa.uint32(), lambda i: 2**31 + i),
    ("u64", pa.uint64(), lambda i: 2**63 + i),
    ("f32", pa.float32(), lambda i: i / 4),
    ("f64", pa.float64(), lambda i: i / 3),
    ("text", pa.utf8(), lambda i: f"häuser {i}"),
    ("bytes", pa.binary(), lambda i: bytes([i % 256, 255])),
    ("flag", pa.bool_(), lambda i: i % 3 == 0),
    ("date", pa.date32(), lambda i: dt.date(1970, 1, 1) + dt.timedelta(days=i)),
    ("time_s", pa.time32("s"), lambda i: (EPOCH + dt.timedelta(minutes=i)).time()),
    ("time_us", pa.time64("us"), lambda i: (EPOCH + dt.timedelta(microseconds=i * 1_000_003)).time()),
    ("ts_s", pa.timestamp("s"), lambda i: EPOCH + dt.timedelta(seconds=1_700_000_000 + i)),
    ("ts_us", pa.timestamp("us"), lambda i: EPOCH + dt.timedelta(microseconds=1_700_000_000_000_000 + i)),
    ("ts_ns", pa.timestamp("ns"), lambda i: pa.scalar(1_700_000_000_000_000_001 + i, pa.timestamp("ns"))),
    ("price", pa.decimal128(20, 3), lambda i: decimal.Decimal((i - 500) * 1001).scaleb(-3)),
    ("list", pa.list_(pa.int32()), lambda i: [None if k == 1 else i for k in range(i % 3)]),
    ("pair", pa.struct([("x", pa.int16()), ("y", pa.utf8())]), lambda i: {"x": i, "y": None if i % 2 == 0 else f"y{i}"}),
    ("map", pa.map_(pa.utf8(), pa.float64()), lambda i: [(f"k{k}", i / 2) for k in range(i % 3)]),
    ("vector", pa.list_(pa.field("item", pa.float32(), nullable=False), 8), lambda i: [(i + k) / 16 for k in range(8)]),
]


def expected(rows):
    columns = [
        pa.array([None if c > 0 and (i + c) % 7 == 3 else cell(i) for i in rows], kind)
        for c, (_, kind, cell) in enumerate(CELLS)
    ]
    return pa.table(columns, schema=pa.schema([(name, kind) for name, kind, _ in CELLS]))


def read(tx, bucket, table):
    t = tx.bucket(bucket).schema("interop").table(table)
    # Rows that divide by ten were deleted; of those that divide by eleven the text was changed.
    kept = [i for i in range(ROWS) if i % 10 != 0]
    wanted = expected(kept)
    text = wanted.schema.get_field_index("text")
    changed = [f"changed {i}" if i % 11 == 0 else value for i, value in zip(kept, wanted.column("text").to_pylist())]
    wanted = wanted.set_column(text, "text", pa.array(changed, pa.utf8()))
    actual = t.select().read_all().sort_by("n").combine_chunks()
    wrong = [] if actual.schema.equals(wanted.schema) else [f"schema: {actual.schema} instead of {wanted.schema}"]
    wrong += [name for name in wanted.column_names if not actual.column(name).equals(wanted.combine_chunks().column(name))]
    few = t.select(["n"], (t["n"] < 20) & t["text"].startswith("changed")).read_all().column("n").to_pylist()
    if few != [11]:
        wrong.append(f"a filter found {few}")
    return wrong, actual.num_rows


def write(tx, bucket, table):
    s = tx.bucket(bucket).schema("interop")
    rows = expected(range(ROWS))
    s.create_table(table, rows.schema).insert(rows)


command, endpoint, access, secret, bucket, table = sys.argv[1:]
wrong = []
with vastdb.connect(endpoint=endpoint, access=access, secret=secret).transaction() as tx:
    if command == "write":
        write(tx, bucket, table)
    else:
        wrong, count = read(tx, bucket, table)
        print(f"vastdb reads {count} rows of {len(CELLS)} types that mediasearch wrote: {'all equal' if not wrong else 'DIFFERENT: ' + ', '.join(wrong)}")
sys.exit(1 if wrong else 0)
