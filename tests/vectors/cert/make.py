#!/usr/bin/env python3
"""Makes the odd certificates of this folder out of rsa.pem: `python3 make.py`.

Only the standard library and the `openssl` command are used. The odd ones keep the
signature of rsa.pem, which no longer verifies: they are there to be read.
"""

import base64
import os
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def read(name):
    with open(os.path.join(HERE, name), "rb") as file:
        return file.read()


def write(name, data):
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(data)


def value(tag, *parts):
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def inside(der):
    """The values in a constructed value."""
    def header(data):
        if data[1] < 128:
            return 2, data[1]
        count = data[1] & 127
        return 2 + count, int.from_bytes(data[2:2 + count], "big")
    start, size = header(der)
    rest, found = der[start:start + size], []
    while rest:
        start, size = header(rest)
        found.append(rest[:start + size])
        rest = rest[start + size:]
    return found


def oid(dotted):
    first, second, *arcs = (int(arc) for arc in dotted.split("."))
    content = bytes([first * 40 + second])
    for arc in arcs:
        digits = [arc & 127]
        while arc := arc >> 7:
            digits.append(128 | arc & 127)
        content += bytes(reversed(digits))
    return value(0x06, content)


def integer(number):
    return value(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def pem(label, der):
    return subprocess.run(["openssl", "base64", "-e"], input=der, capture_output=True, check=True).stdout.join(
        [f"-----BEGIN {label}-----\n".encode(), f"-----END {label}-----\n".encode()])


RSA = base64.b64decode(b"".join(line for line in read("rsa.pem").splitlines() if b"-" not in line))
TBS, ALGORITHM, SIGNATURE = inside(RSA)
VERSION, SERIAL, INNER, ISSUER, VALIDITY, SUBJECT, KEY, EXTENSIONS = inside(TBS)


def certificate(version=VERSION, serial=SERIAL, algorithm=ALGORITHM, issuer=ISSUER, validity=VALIDITY,
                subject=SUBJECT, key=KEY, extensions=EXTENSIONS):
    tbs = value(0x30, version, serial, algorithm, issuer, validity, subject, key, extensions)
    return pem("CERTIFICATE", value(0x30, tbs, algorithm, SIGNATURE))


def validity(begin, end):
    return value(0x30, *(value(0x17 if len(text) == 13 else 0x18, text.encode()) for text in (begin, end)))


def name(common_name):
    pair = value(0x30, oid("2.5.4.3"), value(0x0c, common_name.encode()))
    return value(0x30, value(0x31, pair))


def public_key(algorithm, parameters, bits):
    return value(0x30, value(0x30, oid(algorithm), parameters), value(0x03, b"\0", bits))


# P-256 spelled out: SEC 2, 2.4.2
P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = bytes.fromhex("046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"
                  "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5")
EXPLICIT = value(0x30, integer(1), value(0x30, oid("1.2.840.10045.1.1"), integer(P)),
                 value(0x30, value(0x04, (P - 3).to_bytes(32, "big")), value(0x04, B.to_bytes(32, "big"))),
                 value(0x04, G), integer(N), integer(1))

write("v1.pem", certificate(version=b"", extensions=b""))
write("notafter-9999.pem", certificate(validity=validity("240101000000Z", "99991231235959Z")))
write("negative-serial.pem", certificate(serial=integer(-200)))
write("ec-explicit.pem", certificate(key=public_key("1.2.840.10045.2.1", EXPLICIT, G)))
write("hostile-name.pem", certificate(subject=name("bank.example\0.evil \x1b[2Jcleared \u202etxet")))
write("zero-serial-dsa.pem", certificate(serial=integer(0), key=public_key(
    "1.2.840.10040.4.1", value(0x30, integer(2**1023 + 1), integer(2**159 + 1), integer(2)), integer(4))))
write("unknown-key.pem", certificate(key=public_key(
    "1.2.643.7.1.1.1.1", value(0x30, oid("1.2.643.2.2.35.1")), value(0x04, bytes(64)))))
write("dates-reversed-md5.pem", certificate(
    validity=validity("440101000000Z", "240101000000Z"),
    algorithm=value(0x30, oid("1.2.840.113549.1.1.4"), b"\x05\x00")))
# RFC 5280 allows 20 octets; older tools wrote what they liked.
write("serial-of-24-octets.pem", certificate(serial=integer(0x5a << 184 | 1)))
# Valid from 1950 to 2049 by the rule of two-digit years, and beyond them by four digits.
write("utctime-pivot.pem", certificate(validity=validity("500101000000Z", "491231235959Z")))
write("generalizedtime-2050.pem", certificate(validity=validity("20240101000000Z", "20500101000000Z")))


def rsa(bits, algorithm="1.2.840.113549.1.1.1", parameters=b"\x05\x00"):
    return public_key(algorithm, parameters, value(0x30, integer(2**(bits - 1) + 1), integer(65537)))


for size in (512, 1024, 16384):
    write(f"rsa-{size}.pem", certificate(key=rsa(size)))
write("rsa-pss-key.pem", certificate(key=rsa(2048, "1.2.840.113549.1.1.10", b"")))
write("ed25519-key.pem", certificate(key=public_key("1.3.101.112", b"", bytes(range(32)))))
write("sha1-signed.pem", certificate(algorithm=value(0x30, oid("1.2.840.113549.1.1.5"), b"\x05\x00")))
# What `openssl x509 -trustout` writes: a certificate, then what it is trusted for.
write("trusted.pem", pem("TRUSTED CERTIFICATE", RSA + value(0x30, value(0x30, oid("1.3.6.1.5.5.7.3.1")))))
write("bom-crlf.pem", b"\xef\xbb\xbf" + read("rsa.pem").replace(b"\n", b"\r\n"))

with tempfile.TemporaryDirectory() as folder:
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)
    openssl("crl2pkcs7", "-nocrl", "-certfile", os.path.join(HERE, "chain.pem"),
            "-outform", "DER", "-out", os.path.join(HERE, "bundle.p7b"))
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=request",
            "-keyout", os.path.join(folder, "key.pem"), "-out", os.path.join(HERE, "request.csr"))
