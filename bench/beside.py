"""A rebuild beside the database: COPY the events out, compute with another program, COPY the lists in.

`beside.py NAME AS_OF` does it once against the server of the PG* environment and prints the wall and CPU seconds of this
client. Written for speed: binary COPY, rows of one width parsed at once, one array row a product. The events of a user
and product are added up here: letting the database group them first was measured to cost more in all.
"""

import argparse
import json
import subprocess
import sys
import time

import numpy

from datasets import sum_of_weights
from load import COPY_HEADER, COPY_TRAILER
from peers import PEERS, load_libraries, own_cpu_seconds, without_self

EVENTS = """SELECT e.user_id::integer, e.product_id::integer, t.weight
    FROM shop.events e JOIN shop.event_types t USING (event_type)
    WHERE e.occurred_at > '{0}'::timestamptz - interval '90 days' AND e.occurred_at <= '{0}'"""
TRIPLE = numpy.dtype([("columns", ">i2"), ("user_length", ">i4"), ("user", ">i4"), ("item_length", ">i4"), ("item", ">i4"),
                      ("weight_length", ">i4"), ("weight", ">f8")])
ARRAY_HEADER = numpy.dtype([("length", ">i4"), ("dimensions", ">i4"), ("nulls", ">i4"), ("type", ">i4"), ("size", ">i4"),
                            ("first", ">i4")])
BIGINT, DOUBLE = 20, 701  # type oids


def psql(statement, **streams):
    return subprocess.Popen(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-c", statement], **streams)


def read_matrix(query):
    with psql(f"COPY ({query}) TO STDOUT (FORMAT binary)", stdout=subprocess.PIPE) as reader:
        data = reader.stdout.read()
    if reader.returncode != 0:
        sys.exit("COPY out failed")
    rows = numpy.frombuffer(data, TRIPLE, offset=len(COPY_HEADER), count=(len(data) - len(COPY_HEADER)) // TRIPLE.itemsize)
    return sum_of_weights(rows["user"].astype(numpy.int32), rows["item"].astype(numpy.int32), rows["weight"].astype(numpy.float64))


def array_bytes(values, element, type_oid):
    elements = numpy.empty(len(values), [("length", ">i4"), ("value", element)])
    elements["length"] = 8
    elements["value"] = values
    header = numpy.zeros(1, ARRAY_HEADER)
    header["length"] = ARRAY_HEADER.itemsize - 4 + elements.nbytes
    header["dimensions"] = header["first"] = 1
    header["type"] = type_oid
    header["size"] = len(values)
    return header.tobytes() + elements.tobytes()


def write_lists(lists):
    statement = ("BEGIN; DROP TABLE IF EXISTS beside_neighbors;"
                 " CREATE TABLE beside_neighbors (product_id bigint PRIMARY KEY, neighbor_ids bigint[], scores double precision[]);"
                 " COPY beside_neighbors FROM STDIN (FORMAT binary); COMMIT")
    with psql(statement, stdin=subprocess.PIPE) as writer:
        writer.stdin.write(COPY_HEADER)
        for item, ids, scores in lists:
            writer.stdin.write(b"\0\3" + (8).to_bytes(4, "big") + item.to_bytes(8, "big")
                               + array_bytes(ids, ">i8", BIGINT) + array_bytes(scores, ">f8", DOUBLE))
        writer.stdin.write(COPY_TRAILER)
    if writer.returncode != 0:
        sys.exit("COPY in failed")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("name", choices=PEERS)
    arguments.add_argument("as_of")
    given = arguments.parse_args()
    if not load_libraries(given.name):
        sys.exit(f"{given.name} is not installed")
    started, cpu_started = time.perf_counter(), own_cpu_seconds()
    matrix = read_matrix(EVENTS.format(given.as_of))
    read = time.perf_counter()
    lists = PEERS[given.name](matrix)
    computed = time.perf_counter()
    write_lists(without_self(lists))
    print(json.dumps({"wall": time.perf_counter() - started, "cpu": own_cpu_seconds() - cpu_started, "read_wall": read - started,
                      "compute_wall": computed - read, "write_wall": time.perf_counter() - computed}))


if __name__ == "__main__":
    main()
