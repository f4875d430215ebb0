#!/usr/bin/env python3
"""Chooses the vectors of wycheproof.json: `python3 make.py DIR`, with DIR the folder
`testvectors_v1` of https://github.com/C2SP/wycheproof.

Of each file a few vectors of every sort are kept, with what ssoctl is to answer: `valid`,
`invalid`, or the code of a refusal. Only the standard library is used.
"""

import json
import os
import sys

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
PSS = "http://www.w3.org/2007/05/xmldsig-more#"
FILES = [
    ("rsa_signature_2048_sha256", MORE + "rsa-sha256"),
    ("rsa_signature_3072_sha384", MORE + "rsa-sha384"),
    ("rsa_signature_4096_sha512", MORE + "rsa-sha512"),
    ("rsa_pss_2048_sha256_mgf1_32", PSS + "sha256-rsa-MGF1"),
    ("rsa_pss_2048_sha384_mgf1_48", PSS + "sha384-rsa-MGF1"),
    ("rsa_pss_4096_sha512_mgf1_64", PSS + "sha512-rsa-MGF1"),
    # Right for another salt or another mask, and so wrong in XML (RFC 9231 2.3.10).
    ("rsa_pss_2048_sha256_mgf1_0", PSS + "sha256-rsa-MGF1"),
    ("rsa_pss_2048_sha256_mgf1sha1_20", PSS + "sha256-rsa-MGF1"),
    ("ecdsa_secp256r1_sha256_p1363", MORE + "ecdsa-sha256"),
    ("ecdsa_secp256r1_sha512_p1363", MORE + "ecdsa-sha512"),
    ("ecdsa_secp384r1_sha384_p1363", MORE + "ecdsa-sha384"),
    ("ecdsa_secp521r1_sha512_p1363", MORE + "ecdsa-sha512"),
]
EACH = 2


def octets(spki):
    """Of r and s together, by the curve's identifier in the key."""
    for identifier, size in (("2a8648ce3d030107", 64), ("2b81040022", 96), ("2b81040023", 132)):
        if identifier in spki:
            return size
    return None


def answer(name, group, test, spki):
    if group["publicKey"].get("publicExponent") if isinstance(group["publicKey"], dict) else None:
        if int(group["publicKey"]["publicExponent"], 16) in (1, 3):
            return "signature-key-exponent"
    size = octets(spki) if name.startswith("ecdsa") else None
    if size and len(test["sig"]) != 2 * size:
        return "signature-form"
    if name in ("rsa_pss_2048_sha256_mgf1_0", "rsa_pss_2048_sha256_mgf1sha1_20"):
        return "invalid"
    # The digest's identifier without its NULL: RFC 8017 lets a verifier refuse it.
    return {"valid": "valid", "acceptable": "invalid", "invalid": "invalid"}[test["result"]]


chosen = []
for name, scheme in FILES:
    with open(os.path.join(sys.argv[1], name + "_test.json"), encoding="utf-8") as file:
        document = json.load(file)
    count, tests = {}, []
    for group in document["testGroups"]:
        spki = group.get("publicKeyDer") or group["publicKeyAsn"]
        for test in group["tests"]:
            expected = answer(name, group, test, spki)
            sort = (expected, tuple(test["flags"]))
            count[sort] = count.get(sort, 0) + 1
            if count[sort] <= EACH:
                tests.append({"id": test["tcId"], "comment": test["comment"], "key": spki,
                              "message": test["msg"], "signature": test["sig"], "expected": expected})
    keys = sorted({test["key"] for test in tests})
    for test in tests:
        test["key"] = keys.index(test["key"])
    chosen.append({"file": name, "scheme": scheme, "keys": keys, "tests": tests})

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "wycheproof.json"), "w", encoding="utf-8") as file:
    json.dump(chosen, file, indent=0)
    file.write("\n")
print(sum(len(one["tests"]) for one in chosen), "vectors")
