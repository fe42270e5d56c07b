"""records.py - reads audit records and prints what a test asks for.

usage: records.py FILE EXPRESSION
       records.py listen SOCKET FILE          (collects datagrams until killed)
       records.py bind SOCKET                 (binds, and never reads)

In the expression `r` is the list of records, each a dict. Every line has to be
valid JSON, printable ASCII, and at most 2000 bytes with its header.
"""
import json
import re
import socket
import sys
import time


def unix(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.bind(path)
    return s


def parse(line):
    assert len(line) <= 2001, len(line)
    assert re.fullmatch(rb'[ -~]*', line), line
    head = re.match(rb'<\d+>figsandbox\[\d+\]: @cee: ', line)
    record = json.loads(line[head.end():] if head else line)
    assert record['v'] == 1
    assert '\0' not in json.dumps(record)
    return record


if sys.argv[1] == 'listen':
    s = unix(sys.argv[2])
    with open(sys.argv[3], 'wb', buffering=0) as out:
        while True:
            out.write(s.recv(65536) + b'\n')
elif sys.argv[1] == 'bind':
    s = unix(sys.argv[2])
    time.sleep(600)
else:
    with open(sys.argv[1], 'rb') as f:
        r = [parse(line) for line in f.read().split(b'\n')[:-1]]
    print(eval(sys.argv[2]))
