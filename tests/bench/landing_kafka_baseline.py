"""The landing of bench landing-kafka as a Python consumer with json and delta-rs: events a second, as one number on stdout.

Reads the same topic with confluent-kafka (librdkafka), whose group's offsets it commits after each Delta commit; rows,
filter and commits are those of landing_baseline.py.
"""

import json
import os
import sys
import time

from confluent_kafka import Consumer
from landing_baseline import NOTHING, table_of, write

BATCH = 10_000


def read_event(message):
    headers = dict(message.headers())
    return {
        "data": json.loads(message.value()),
        "position": headers["ce_position"].decode(),
        "time": headers["ce_time"].decode(),
        "partition": message.partition(),
        "offset": str(message.offset()),
    }


def main(broker, topic, path, wanted):
    consumer = Consumer(
        {
            "bootstrap.servers": broker,
            "group.id": "python",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "fetch.message.max.bytes": 4 * 1024 * 1024,
        }
    )
    consumer.subscribe([topic])
    landed, events, start = {}, 0, None
    while events < wanted:
        messages = consumer.consume(BATCH, timeout=1.0)
        if not messages:
            continue
        start = start or time.perf_counter()
        fresh = []
        for event in map(read_event, messages):
            partition, offset, position = event["partition"], int(event["offset"]), event["position"]
            landed_offset, landed_position = landed.get(partition, NOTHING)
            if offset > landed_offset and position > landed_position:
                landed[partition] = (offset, position)
                fresh.append(event)
        write(path, table_of(fresh), landed)
        consumer.commit(asynchronous=False)
        events += len(messages)
    print(events / (time.perf_counter() - start), flush=True)
    # The consumer's own close waits for what was fetched and nobody wants.
    os._exit(0)


main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
