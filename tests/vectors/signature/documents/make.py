#!/usr/bin/env python3
"""Makes the signed documents of this folder: `python3 make.py`.

Needs xmlsec1 (Debian: `apt-get install xmlsec1`), which signs and then verifies them, and the
Python package `cryptography`. Keys come from a seed and are good for nothing else; signatures
by RSA come out the same each time, those by EC and DSA do not.

A document is written as text with a mark where its signature belongs. xmlsec1 signs it, and of
its output only the two values are taken, so that the text stays as odd as it was written.
`SignedInfo` is written in its canonical form, so that what xmlsec1 cannot or will not sign can
be signed here. What ssoctl is to answer stands in src/saml/signature/tests.rs.
"""

import base64
import datetime
import hashlib
import os
import re
import subprocess
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa, utils

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = tempfile.TemporaryDirectory()

DS = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
PSS = "http://www.w3.org/2007/05/xmldsig-more#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
INC = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C11 = "http://www.w3.org/2006/12/xml-c14n11"
ENVELOPED = DS + "enveloped-signature"
SHA1, SHA256 = DS + "sha1", "http://www.w3.org/2001/04/xmlenc#sha256"
SHA384, SHA512 = MORE + "sha384", "http://www.w3.org/2001/04/xmlenc#sha512"
RSA256 = MORE + "rsa-sha256"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"


# Keys

def prime(bits, seed, exponent):
    """The first probable prime of a sequence that the seed begins."""
    count = 0
    while True:
        octets = b"".join(hashlib.sha512(f"{seed} {count} {part}".encode()).digest() for part in range(bits // 512 + 1))
        count += 1
        number = int.from_bytes(octets[:bits // 8], "big") | 3 << bits - 2 | 1
        if all(number % small for small in (3, 5, 7, 11, 13, 17, 19, 23, 29)) and (number - 1) % exponent \
                and all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7)):
            return number


def rsa_key(seed, bits=2048, e=65537):
    p, q = prime(bits // 2, seed + " p", e), prime(bits // 2, seed + " q", e)
    d = pow(e, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(e, p * q)).private_key(unsafe_skip_rsa_key_validation=True)


def ec_key(seed, curve):
    number = int.from_bytes(hashlib.sha512(seed.encode()).digest()[:curve.key_size // 8 - 1], "big")
    return ec.derive_private_key(number, curve)


KEYS = {
    "rsa": rsa_key("rsa"),
    "attacker": rsa_key("attacker"),
    "rsa1024": rsa_key("rsa1024", 1024),
    "rsa-e3": rsa_key("rsa-e3", 2048, 3),
    "p256": ec_key("p256", ec.SECP256R1()),
    "p384": ec_key("p384", ec.SECP384R1()),
    "p521": ec_key("p521", ec.SECP521R1()),
    "k256": ec_key("k256", ec.SECP256K1()),
    "dsa": dsa.generate_private_key(2048),
    "ed25519": ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"ed25519").digest()),
}


def certificate(name):
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name + ".test.example.org")])
    issuer = KEYS["p256"]
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(KEYS[name].public_key())
            .serial_number(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"))
            .not_valid_before(datetime.datetime(2025, 1, 1)).not_valid_after(datetime.datetime(2045, 1, 1))
            .sign(issuer, hashes.SHA256(), ecdsa_deterministic=True))


CERTIFICATES = {name: certificate(name) for name in KEYS}


def base64_of(name):
    return base64.b64encode(CERTIFICATES[name].public_bytes(serialization.Encoding.DER)).decode()


def folder_of(name):
    return os.path.join(WORK.name, name)


for name, key in KEYS.items():
    with open(folder_of(name + ".key"), "wb") as file:
        file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption()))
    with open(folder_of(name + ".pem"), "wb") as file:
        file.write(CERTIFICATES[name].public_bytes(serialization.Encoding.PEM))
with open(folder_of("hmac.key"), "wb") as file:
    file.write(b"a secret that both sides have")


# Documents. The honest ones say `honest`, those that nobody signed `evil`.

def method(name, uri, inside=""):
    return f'<ds:{name} Algorithm="{uri}">{inside}</ds:{name}>'


def prefixes(words):
    return f'<ec:InclusiveNamespaces xmlns:ec="{EXC}" PrefixList="{words}"></ec:InclusiveNamespaces>'


def reference(uri="#_1", transforms=None, digest=SHA256, attributes="", value=""):
    transforms = method("Transform", ENVELOPED) + method("Transform", EXC) if transforms is None else transforms
    uri = "" if uri is None else f' URI="{uri}"'
    return (f'<ds:Reference{attributes}{uri}><ds:Transforms>{transforms}</ds:Transforms>'
            f'{method("DigestMethod", digest)}<ds:DigestValue>{value}</ds:DigestValue></ds:Reference>')


def signature(*references, c14n=None, algorithm=None, info="", attributes="", **more):
    references = "".join(references) or reference(**more)
    c14n = c14n or method("CanonicalizationMethod", EXC)
    algorithm = algorithm if (algorithm or "").startswith("<") else method("SignatureMethod", algorithm or RSA256)
    return (f'<ds:Signature xmlns:ds="{DS}"{attributes}><ds:SignedInfo xmlns:ds="{DS}">{c14n}{algorithm}{references}'
            f'</ds:SignedInfo><ds:SignatureValue></ds:SignatureValue>{info}</ds:Signature>')


def key_info(*names):
    data = "".join(f"<ds:X509Certificate>{base64_of(name)}</ds:X509Certificate>" for name in names)
    return f"<ds:KeyInfo><ds:X509Data>{data}</ds:X509Data></ds:KeyInfo>"


def role(host="honest"):
    return f"""<md:IDPSSODescriptor protocolSupportEnumeration="{PROTOCOL}">
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://{host}.example.org/sso"/>
  </md:IDPSSODescriptor>"""


def entity(identity='ID="_1"', first="@", then="", host="honest", attributes="", last=""):
    return (f'<md:EntityDescriptor xmlns:md="{MD}" {identity} entityID="https://idp.example.org/idp"{attributes}>'
            f"\n  {first}\n  {then}{role(host)}{last}\n</md:EntityDescriptor>")


def extensions(inside):
    return f"<md:Extensions>{inside}</md:Extensions>\n  "


def document(*arguments, **more):
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + entity(*arguments, **more) + "\n"


def run(*arguments, good=True):
    done = subprocess.run(arguments, capture_output=True, check=False)
    assert (done.returncode == 0) == good, (arguments, done.stdout[-3000:], done.stderr[-3000:])
    return done.stdout


IDS = [word for element in ("EntityDescriptor", "EntitiesDescriptor", "AffiliationDescriptor", "Response", "Assertion")
       for word in ("--id-attr:ID", element)]


def between(text, element):
    return re.findall(rf"<(?:\w+:)?{element}>(.*?)</(?:\w+:)?{element}>", text, re.S)


def put(text, element, values):
    """Puts the values into the elements of this name, in order."""
    values = iter(values)
    return re.sub(rf"(<(?:\w+:)?{element}>)(</(?:\w+:)?{element}>)", lambda m: m[1] + next(values) + m[2], text)


def signed(text, key="rsa", encoding="utf-8", ids=IDS):
    """The text with its empty values filled in by xmlsec1."""
    with open(folder_of("in.xml"), "wb") as file:
        file.write(text.encode(encoding))
    key = ["--hmackey", folder_of("hmac.key")] if key == "hmac" else ["--privkey-pem", folder_of(key + ".key")]
    run("xmlsec1", "--sign", *key, *ids, "--output", folder_of("out.xml"), folder_of("in.xml"))
    with open(folder_of("out.xml"), "rb") as file:
        out = file.read().decode("utf-16" if encoding.startswith("utf-16") else encoding)
    text = put(text, "DigestValue", [value for value in between(out, "DigestValue")])
    return put(text, "SignatureValue", [value.replace("&#13;", "") for value in between(out, "SignatureValue")])


def digest_of(text):
    """The digest that xmlsec1 finds for a document under the usual transforms."""
    return between(signed(text.replace("@", signature(uri=""), 1), ids=[]), "DigestValue")[0].strip()


def values(octets):
    return base64.b64encode(octets).decode()


def sign_here(text, key="rsa", hash=None, pad=None, first=True):
    """Signs the canonical `SignedInfo` in the text with a key of ours."""
    octets = re.search(r"<ds:SignedInfo .*?</ds:SignedInfo>", text, re.S)[0].encode()
    hash, key = hash or hashes.SHA256(), KEYS[key]
    if isinstance(key, rsa.RSAPrivateKey):
        made = key.sign(octets, pad or padding.PKCS1v15(), hash)
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        made = key.sign(octets)
    else:
        r, s = utils.decode_dss_signature(key.sign(octets, ec.ECDSA(hash, deterministic_signing=True)))
        size = (key.curve.key_size + 7) // 8
        made = r.to_bytes(size, "big") + s.to_bytes(size, "big")
    return text.replace("<ds:SignatureValue></ds:SignatureValue>",
                        f"<ds:SignatureValue>{values(made)}</ds:SignatureValue>", 1)


def write(name, text, encoding="utf-8"):
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(text.encode(encoding) if isinstance(text, str) else text)


def good(name, text, key="rsa", encoding="utf-8", verify=True):
    """A document that xmlsec1 has signed and then finds well signed."""
    text = signed(text, key, encoding)
    write(name, text, encoding)
    if verify:
        judge(name, key)
    return text


def judge(name, key="rsa", holds=True):
    run("xmlsec1", "--verify", "--pubkey-cert-pem", folder_of(key + ".pem"), *IDS, os.path.join(HERE, name),
        good=holds)


def here(name, signature_text, text=None, digest=None, **more):
    """A document whose digest is right and whose `SignedInfo` says something else."""
    text = text or document()
    digest = digest if digest is not None else digest_of(text)
    text = text.replace("@", put(signature_text, "DigestValue", [digest] * signature_text.count("DigestValue></")), 1)
    write(name, sign_here(text, **more))


for name in os.listdir(HERE):
    if name.endswith((".xml", ".pem", ".der")) and not name.startswith("real-"):
        os.remove(os.path.join(HERE, name))
for name in KEYS.keys() - {"dsa"}:
    write(name + ".pem", CERTIFICATES[name].public_bytes(serialization.Encoding.PEM))
write("rsa.der", CERTIFICATES["rsa"].public_bytes(serialization.Encoding.DER))
write("rsa-key.pem", KEYS["rsa"].public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))

# What is to be accepted: algorithms

good("good-key-info.xml", document().replace("@", signature(info=key_info("p256", "rsa"))))
HONEST = good("good-rsa-sha256.xml", document().replace("@", signature()))
good("good-rsa-sha384.xml", document().replace("@", signature(algorithm=MORE + "rsa-sha384", digest=SHA384)))
good("good-rsa-sha512.xml", document().replace("@", signature(algorithm=MORE + "rsa-sha512", digest=SHA512)))
good("good-rsa-sha512-digest-sha256.xml", document().replace("@", signature(algorithm=MORE + "rsa-sha512")))
for name, bits in (("p256", 256), ("p384", 384), ("p521", 512)):
    good(f"good-ecdsa-{name}.xml", document().replace("@", signature(algorithm=f"{MORE}ecdsa-sha{bits}")), name)
for bits, hash in ((256, hashes.SHA256()), (384, hashes.SHA384()), (512, hashes.SHA512())):
    here(f"good-rsa-pss-sha{bits}.xml", signature(algorithm=f"{PSS}sha{bits}-rsa-MGF1"), hash=hash,
         pad=padding.PSS(padding.MGF1(hash), hash.digest_size))

# What is to be accepted: canonicalization

TYPED = extensions(
    '<mdattr:EntityAttributes xmlns:mdattr="urn:oasis:names:tc:SAML:metadata:attribute" '
    'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:unused="urn:unused"><saml:Attribute Name="a"><saml:AttributeValue xsi:type="xs:string" z="1" a="2">v'
    '</saml:AttributeValue></saml:Attribute></mdattr:EntityAttributes>')
LOOSE = TYPED.replace("<saml:Attribute ", '<x xmlns="" ID="_x"/><saml:Attribute ')
ATTRIBUTES = ' xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:default" xml:lang="en" xml:space="preserve"'
BOTH = method("Transform", ENVELOPED)
for name, c14n, listed in (
        ("good-exclusive.xml", EXC, ""), ("good-exclusive-prefix-list.xml", EXC, "xs #default missing"),
        ("good-exclusive-with-comments.xml", EXC + "WithComments", "xs"),
        ("good-inclusive.xml", INC, ""), ("good-inclusive-with-comments.xml", INC + "#WithComments", "")):
    inside = prefixes(listed) if listed else ""
    good(name, document(then=LOOSE + "<!-- told -->", attributes=ATTRIBUTES).replace("@", signature(
        transforms=BOTH + method("Transform", c14n, inside))))
good("good-inclusive-signed-info.xml", document(attributes=ATTRIBUTES, then=TYPED).replace("@", signature(
    c14n=method("CanonicalizationMethod", INC), attributes=' xml:lang="de"')))
good("good-prefix-list-signed-info.xml", document(attributes=ATTRIBUTES).replace("@", signature(
    c14n=method("CanonicalizationMethod", EXC, prefixes("xs #default md")))))
good("good-only-enveloped.xml", document(attributes=ATTRIBUTES, then=TYPED).replace("@", signature(transforms=BOTH)))

# What is to be accepted: ways of writing


def spaced(between_elements):
    return re.sub("><(?!/)", f">{between_elements}<", signature())


BESIDE = ("<?xml version='1.0'?>\n<?before  the root ?><!-- nobody --><?twice?>\n"
          + entity(first="<!-- in front -->@<!-- behind -->", then="<?inside data?>") + "\n<?after?><!-- x -->\n<?end e?>")
good("good-uri-empty.xml", BESIDE.replace("@", signature(uri="")))
good("good-uri-id.xml", BESIDE.replace("@", signature()))
good("good-uri-empty-no-id.xml", document(identity="").replace("@", signature(uri="")))
good("good-references.xml", document(then=extensions(
    '<t:t xmlns:t="urn:t" a=\'&#9;&#xA;&#13;&lt;"&gt;\t&amp;&apos;\n\'>&#13;&lt;&gt;"<![CDATA[<&]]]]><![CDATA[>]]>é\U0001F600'
    '&#x1F600;</t:t>')).replace("@", signature()))
good("good-default-prefix.xml", document().replace("md:", "").replace(":md=", "=").replace(
    "@", signature().replace("ds:", "").replace(":ds=", "=")))
good("good-odd-prefix.xml", document().replace("md:", "ä-1.:").replace(":md=", ":ä-1.=").replace(
    "@", signature().replace("ds:", "ns0:").replace(":ds=", ":ns0=")))
good("good-crlf.xml", document(then=extensions("<x:x xmlns:x='urn:x'>a\r\nb\rc</x:x>")).replace("\n", "\r\n").replace(
    "@", spaced("\r\n")))
good("good-bom.xml", "\ufeff" + document().replace("@", signature()))
good("good-utf16.xml", document().replace("UTF-8", "UTF-16").replace("@", signature()), encoding="utf-16")
good("good-latin1.xml", document(then=extensions("<x:x xmlns:x='urn:x'>é</x:x>")).replace(
    "UTF-8", "ISO-8859-1").replace("@", signature()), encoding="latin-1")
good("good-valid-until.xml", document(attributes=' validUntil="2027-01-01T00:00:00Z"').replace("@", signature()))
good("good-spaced.xml", document().replace("@", spaced("\n    ")))
good("good-signature-last.xml", document(first="", last="@").replace("@", signature()))
good("good-signature-middle.xml", document(first="", then="<!-- . -->" + extensions("<x:x xmlns:x='urn:x'/>") + "@")
     .replace("@", signature()))
INNER = signed(entity('ID="_inner"').replace("@", signature(uri="#_inner")))
GROUP = (f'<md:EntitiesDescriptor xmlns:md="{MD}" ID="_1" Name="urn:federation">@<md:EntitiesDescriptor>{INNER}\n'
         f'</md:EntitiesDescriptor><md:EntitiesDescriptor>{INNER.replace("_inner", "_inner2").replace("idp.ex", "b.ex")}\n'
         "</md:EntitiesDescriptor></md:EntitiesDescriptor>")
good("good-entities.xml", GROUP.replace("@", signature()))
good("good-affiliation.xml", f'<md:AffiliationDescriptor xmlns:md="{MD}" ID="_1" affiliationOwnerID="https://a.example.org">'
     "@<md:AffiliateMember>https://idp.example.org/idp</md:AffiliateMember></md:AffiliationDescriptor>".replace(
         "@", signature()))
# xmlsec1 would fetch it, so that it comes in later; it is not signed.
RETRIEVAL = (f'<ds:KeyInfo><ds:KeyName>x</ds:KeyName><ds:RetrievalMethod URI="http://127.0.0.1:9/key" Type="{DS}X509Data"/>'
             "</ds:KeyInfo></ds:Signature>")
write("good-retrieval-method.xml", signed(document().replace("@", signature())).replace("</ds:Signature>", RETRIEVAL))
write("good-comments-added.xml", HONEST.replace("<md:SingleS", "<!-- later --><md:SingleS"))
write("good-value-broken-into-lines.xml", re.sub(
    r"(<ds:SignatureValue>)(.*?)(</)", lambda m: m[1] + "&#13;\n\t".join(re.findall(".{1,20}", m[2])) + "\n" + m[3],
    HONEST))
for name in ("good-comments-added.xml", "good-value-broken-into-lines.xml"):
    judge(name)

# SHA-1, which the flag accepts

good("sha1-both.xml", document().replace("@", signature(algorithm=DS + "rsa-sha1", digest=SHA1)))
good("sha1-digest.xml", document().replace("@", signature(digest=SHA1)))
good("sha1-signature.xml", document().replace("@", signature(algorithm=DS + "rsa-sha1")))
good("sha1-ecdsa.xml", document().replace("@", signature(algorithm=MORE + "ecdsa-sha1")), "p256")

# Algorithms and keys that nobody may use

good("md5-signature.xml", document().replace("@", signature(algorithm=MORE + "rsa-md5")))
good("md5-digest.xml", document().replace("@", signature(digest=MORE + "md5")))
here("ripemd160-signature.xml", signature(algorithm=MORE + "rsa-ripemd160"))
good("sha224-digest.xml", document().replace("@", signature(digest=MORE + "sha224")))
good("hmac.xml", document().replace("@", signature(algorithm=MORE + "hmac-sha256")), "hmac", verify=False)
here("hmac-public-key.xml", signature(algorithm=MORE + "hmac-sha256"))
good("hmac-truncated.xml", document().replace("@", signature(algorithm=method(
    "SignatureMethod", DS + "hmac-sha1", "<ds:HMACOutputLength>80</ds:HMACOutputLength>"))), "hmac", verify=False)
here("signature-method-parameters.xml", signature(algorithm=method(
    "SignatureMethod", RSA256, "<ds:HMACOutputLength>8</ds:HMACOutputLength>")))
here("digest-method-parameters.xml", signature(reference().replace(
    method("DigestMethod", SHA256), method("DigestMethod", SHA256, "<ds:Parameters></ds:Parameters>"))))
good("dsa.xml", document().replace("@", signature(algorithm="http://www.w3.org/2009/xmldsig11#dsa-sha256")), "dsa")
for name in ("rsa1024", "rsa-e3"):
    good(f"key-{name}.xml", document().replace("@", signature(info=key_info(name))), name)
here("key-ed25519.xml", signature(info=key_info("ed25519")), key="ed25519")
here("key-secp256k1.xml", signature(info=key_info("k256"), algorithm=MORE + "ecdsa-sha256"), key="k256")
DER = good("ecdsa-asn1.xml", document().replace("@", signature(algorithm=MORE + "ecdsa-sha256")), "p256")
VALUE = base64.b64decode(between(DER, "SignatureValue")[0])
write("ecdsa-asn1.xml", DER.replace(between(DER, "SignatureValue")[0], values(utils.encode_dss_signature(
    int.from_bytes(VALUE[:32], "big"), int.from_bytes(VALUE[32:], "big")))))
write("ecdsa-zero.xml", DER.replace(between(DER, "SignatureValue")[0], values(bytes(64))))

# Transforms and canonicalizations that SAML forbids

XPATH = method("Transform", "http://www.w3.org/TR/1999/REC-xpath-19991116",
               "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath>")
FILTER = method("Transform", "http://www.w3.org/2002/06/xmldsig-filter2",
                '<f:XPath xmlns:f="http://www.w3.org/2002/06/xmldsig-filter2" Filter="subtract">//ds:Signature</f:XPath>')
XSLT = method("Transform", "http://www.w3.org/TR/1999/REC-xslt-19991116",
              '<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform" version="1.0"><x:template match="/">'
              '<honest></honest></x:template></x:stylesheet>')
for name, transforms in (
        ("transform-xpath.xml", XPATH), ("transform-xpath-filter.xml", FILTER),
        ("transform-xslt.xml", method("Transform", ENVELOPED) + XSLT),
        ("transform-xpath-beside.xml", BOTH + XPATH + method("Transform", EXC)),
        ("transform-c14n11.xml", BOTH + method("Transform", C11)),
        ("transform-several.xml", BOTH + method("Transform", EXC) + method("Transform", INC)),
        ("transform-enveloped-twice.xml", BOTH + BOTH + method("Transform", EXC))):
    # The XPath transforms are to be as good as the usual ones.
    good(name, document().replace("@", signature(uri="", transforms=transforms)), verify=name != "transform-xslt.xml")
for name, transforms in (
        ("transform-base64.xml", BOTH + method("Transform", DS + "base64")),
        ("transform-unknown.xml", BOTH + method("Transform", "urn:unknown")),
        ("transform-order.xml", method("Transform", EXC) + BOTH),
        ("transform-enveloped-missing.xml", method("Transform", EXC)),
        ("transform-without-algorithm.xml", BOTH + "<ds:Transform></ds:Transform>"),
        ("transform-other-element.xml", BOTH + method("Transforms", EXC)),
        ("transform-enveloped-parameters.xml", method("Transform", ENVELOPED, XPATH)),
        ("prefix-list-too-long.xml", BOTH + method("Transform", EXC, prefixes(" ".join(f"p{n}" for n in range(65))))),
        ("prefix-list-twice.xml", BOTH + method("Transform", EXC, prefixes("a") + prefixes("b"))),
        ("inclusive-parameters.xml", BOTH + method("Transform", INC, prefixes("a")))):
    here(name, signature(transforms=transforms))
here("transforms-missing.xml", signature(reference().replace(
    f"<ds:Transforms>{BOTH}{method('Transform', EXC)}</ds:Transforms>", "")))
good("canonicalization-c14n11.xml", document().replace("@", signature(c14n=method("CanonicalizationMethod", C11))))
here("canonicalization-xslt.xml", signature(c14n=method(
    "CanonicalizationMethod", "http://www.w3.org/TR/1999/REC-xslt-19991116")))

# References

OTHER = document(then=extensions('<x:x xmlns:x="urn:x" ID="_2"></x:x>'))
two = signed(OTHER.replace("@", signature(reference(), reference(uri="", transforms=BOTH))))
write("references-two.xml", two)
here("references-none.xml", signature("<!-- -->").replace("<!-- -->", ""))
here("reference-without-uri.xml", signature(uri=None))
here("reference-xpointer-root.xml", signature(uri="#xpointer(/)"))
here("reference-xpointer-id.xml", signature(uri="#xpointer(id('_1'))"))
here("reference-empty-id.xml", signature(uri="#"))
here("reference-escaped-id.xml", signature(uri="#%5F1"))
here("reference-external.xml", signature(uri="http://127.0.0.1:9/metadata.xml#_1"))
here("reference-file.xml", signature(uri="file:///etc/passwd"))
here("reference-other.xml", signature(uri="#_2"), OTHER)
here("reference-other-beside-uri-attribute.xml", signature(uri='#_2" x:URI="#_1" xmlns:x="urn:x'), OTHER)
for name, extra in (("id-twice.xml", 'ID="_1"'), ("id-twice-lower.xml", 'id="_1"'), ("id-twice-mixed.xml", 'Id="_1"'),
                    ("id-twice-xml.xml", 'xml:id="_1"'), ("id-twice-saml1.xml", 'AssertionID="_1"'),
                    ("id-twice-prefixed.xml", f'p:ID="_1" xmlns:p="{PROTOCOL}"')):
    here(name, signature(), document(then=extensions(f'<x:x xmlns:x="urn:x" {extra}></x:x>')))
here("id-twice-on-the-root.xml", signature(), document(attributes=f' xmlns:p="{PROTOCOL}" p:ID="_1"'))
here("id-twice-on-the-signature.xml", signature(attributes=' Id="_1"'))
here("id-twice-in-the-key-info.xml", signature(info='<ds:KeyInfo Id="_1"><ds:KeyName>x</ds:KeyName></ds:KeyInfo>'))
here("id-prefixed.xml", signature(), document(identity=f'p:ID="_1" xmlns:p="{PROTOCOL}"'))
here("id-prefixed-beside-another.xml", signature(), document(identity=f'ID="_2" p:ID="_1" xmlns:p="{PROTOCOL}"'))
here("id-lower.xml", signature(), document(identity='id="_1"'))

# Form

DIGEST = digest_of(document())
INFO = re.search(r"<ds:SignedInfo .*?</ds:SignedInfo>", HONEST, re.S)[0]
SIGNATURE = re.search(r"<ds:Signature .*?</ds:Signature>", HONEST, re.S)[0]
SIGNED = re.search(r"<ds:SignatureValue>.*?</ds:SignatureValue>", HONEST, re.S)[0]
KEY_INFO = "<ds:KeyInfo><ds:KeyName>x</ds:KeyName></ds:KeyInfo>"
END = "</ds:Signature>"


def changed(name, *changes, text=HONEST):
    """The honest document after something was done to it."""
    for old, new in changes:
        assert old in text, (name, old)
        text = text.replace(old, new, 1)
    write(name, text)


EVIL_INFO = INFO.replace("#_1", "#_2")
changed("signature-missing.xml", (SIGNATURE, ""))
changed("signature-of-another-namespace.xml", (SIGNATURE, SIGNATURE.replace(DS, DS[:-1])))
changed("signature-empty.xml", (SIGNATURE, f'<ds:Signature xmlns:ds="{DS}"/>'))
changed("signature-twice.xml", (SIGNATURE, SIGNATURE + SIGNATURE))
changed("signature-twice-first-and-last.xml", ("</md:EntityDescriptor>", SIGNATURE + "</md:EntityDescriptor>"))
changed("signature-twice-both-late.xml", (SIGNATURE, ""), ("</md:EntityDescriptor>", SIGNATURE * 2 + "</md:EntityDescriptor>"))
changed("signature-in-extensions.xml", (SIGNATURE, extensions(SIGNATURE)))
changed("signature-in-the-role.xml", (SIGNATURE, ""), ("  <md:SingleS", SIGNATURE + "<md:SingleS"))
changed("signed-info-twice.xml", (INFO, INFO + EVIL_INFO))
changed("signed-info-twice-evil-first.xml", (INFO, EVIL_INFO + INFO))
changed("signed-info-at-the-end.xml", (END, EVIL_INFO + END))
changed("signed-info-missing.xml", (INFO, ""))
changed("signature-value-twice.xml", (SIGNED, SIGNED + SIGNED))
changed("signature-value-first.xml", (INFO + SIGNED, SIGNED + INFO))
changed("signature-value-missing.xml", (SIGNED, ""))
changed("signature-value-empty.xml", (SIGNED, "<ds:SignatureValue/>"))
changed("signature-value-junk.xml", (SIGNED, "<ds:SignatureValue>!?</ds:SignatureValue>"))
changed("signature-value-not-padded.xml", ("==</ds:SignatureValue>", "</ds:SignatureValue>"))
changed("signature-value-with-element.xml", (SIGNED, SIGNED.replace("</", '<x xmlns="urn:x"/></', 1)))
changed("signature-value-with-comment.xml", (SIGNED, SIGNED.replace(">", "><!-- -->", 1)))
changed("signature-value-with-instruction.xml", (SIGNED, SIGNED.replace(">", "><?x?>", 1)))
changed("digest-value-with-comment.xml", ("<ds:DigestValue>", "<ds:DigestValue><!--AAAA-->"))
changed("digest-value-with-instruction.xml", ("<ds:DigestValue>", "<ds:DigestValue><?AAAA?>"))
changed("digest-value-with-element.xml", ("</ds:DigestValue>", "<x/></ds:DigestValue>"))
changed("signed-info-with-comment.xml", ("<ds:Transforms>", "<ds:Transforms><!-- -->"))
changed("digest-value-twice.xml", ("</ds:DigestValue>", f"</ds:DigestValue><ds:DigestValue>{DIGEST}</ds:DigestValue>"))
changed("digest-value-short.xml", (DIGEST, values(base64.b64decode(DIGEST)[:16])))
changed("digest-value-empty.xml", (DIGEST, ""))
changed("object.xml", (END, KEY_INFO + "<ds:Object><x/></ds:Object>" + END))
changed("object-manifest.xml", (END, "<ds:Object><ds:Manifest/></ds:Object>" + END))
changed("object-with-signature.xml", (END, f"<ds:Object>{SIGNATURE}</ds:Object>{END}"))
changed("key-info-twice.xml", (END, KEY_INFO * 2 + END))
changed("key-info-first.xml", (INFO, KEY_INFO + INFO))
changed("canonicalization-missing.xml", (method("CanonicalizationMethod", EXC), ""))
changed("reference-other-element.xml", ("<ds:Reference ", '<ds:Manifest '), ("</ds:Reference>", "</ds:Manifest>"))
changed("digest-method-twice.xml", (method("DigestMethod", SHA256), method("DigestMethod", SHA256) * 2))

# Altered, signed by somebody else, cut off

changed("altered-location.xml", ("https://honest.", "https://evil."))
changed("altered-entity-id.xml", ("https://idp.example.org/idp", "https://evil.example.org/idp"))
changed("altered-attribute-added.xml", ("/sso\"/>", "/sso\" ResponseLocation=\"https://evil.example.org\"/>"))
changed("altered-valid-until.xml", (' ID="_1"', ' validUntil="2099-01-01T00:00:00Z" ID="_1"'))
changed("altered-white-space.xml", ("\n  <md:IDP", "\n<md:IDP"))
changed("altered-instruction-added.xml", ("<md:SingleS", "<?evil?><md:SingleS"))
changed("altered-entity-added.xml", ("</md:EntityDescriptor>", f'<md:EntityDescriptor entityID="https://evil.example.org/"/></md:EntityDescriptor>'))
changed("altered-prefix.xml", ("xmlns:md=", "xmlns:m="), ("<md:EntityD", "<m:EntityD"), ("</md:EntityD", "</m:EntityD"),
        ("<md:IDPSSODescriptor ", f'<md:IDPSSODescriptor xmlns:md="{MD}" '))
changed("altered-namespace.xml", ("<md:SingleSignOnService ", '<md:SingleSignOnService xmlns:md="urn:evil" '))
changed("altered-digest.xml", (DIGEST, values(hashlib.sha256(b"evil").digest())))
changed("altered-signed-info.xml", ('URI="#_1"', 'URI=""'))
changed("altered-signature-value.xml", (SIGNED[20:30], SIGNED[20:29] + ("A" if SIGNED[29] != "A" else "B")))
changed("altered-second-root.xml", ("</md:EntityDescriptor>", "</md:EntityDescriptor>" + entity(first="", host="evil")))
changed("altered-text-after-root.xml", ("</md:EntityDescriptor>", "</md:EntityDescriptor>evil"))
changed("altered-beside-root.xml", ("</md:EntityDescriptor>", "</md:EntityDescriptor><?evil?>"),
        text=signed(document().replace("@", signature(uri=""))))
changed("doctype.xml", ("<md:EntityD", '<!DOCTYPE md:EntityDescriptor [<!ENTITY e "evil">]>\n<md:EntityD'))
changed("doctype-default-id.xml", (' ID="_1"', ""), ("<md:EntityD", '<!DOCTYPE x [<!ATTLIST md:EntityDescriptor ID ID "_1">]>\n<md:EntityD'))
write("truncated-after-signature.xml", HONEST[:HONEST.index("</ds:Signature>") + 15] + "\n")
write("truncated-in-signature.xml", HONEST[:HONEST.index("</ds:SignatureValue>")])
# Where canonicalization fails, some verifiers digest the nothing that is left.
NOTHING = values(hashlib.sha256(b"").digest())
here("digest-of-nothing.xml", signature(), digest=NOTHING)
here("digest-of-the-whole-with-signature.xml", signature(), digest=values(hashlib.sha256(HONEST.encode()).digest()))
here("relative-namespace.xml", signature(), document(attributes=' xmlns:r="relative"'), digest=NOTHING)
here("relative-namespace-inside.xml", signature(), document(then=extensions('<r:x xmlns:r="../x"></r:x>')),
     digest=NOTHING)
changed("relative-namespace-in-signature.xml", (f'<ds:SignedInfo xmlns:ds="{DS}">', f'<ds:SignedInfo xmlns:ds="{DS}" xmlns:r="1">'))
FORGED = document(host="evil")
good("attacker.xml", FORGED.replace("@", signature()), "attacker")
good("attacker-key-info.xml", FORGED.replace("@", signature(info=key_info("attacker"))), "attacker")
good("attacker-key-info-of-the-honest.xml", FORGED.replace("@", signature(info=key_info("rsa"))), "attacker")
good("attacker-key-info-of-both.xml", FORGED.replace("@", signature(info=key_info("attacker", "rsa"))), "attacker")
write("attacker-retrieval-method.xml", signed(FORGED.replace("@", signature()), "attacker").replace(
    "</ds:Signature>", RETRIEVAL))
numbers = KEYS["attacker"].public_key().public_numbers()
VALUE = ("<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>" + values(numbers.n.to_bytes(256, "big"))
         + "</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue></ds:KeyInfo></ds:Signature>")
write("attacker-key-value.xml", signed(FORGED.replace("@", signature()), "attacker").replace("</ds:Signature>", VALUE))
changed("attacker-replaced-value.xml", (DIGEST, digest_of(FORGED)), ("https://honest.", "https://evil."))

# Signature wrapping of metadata: the signature is copied, never forged

ORIGINAL = re.search(r"<md:EntityDescriptor.*</md:EntityDescriptor>", HONEST, re.S)[0]
BARE = ORIGINAL.replace(SIGNATURE, "")


def with_object(inside):
    return SIGNATURE.replace("</ds:Signature>", f"<ds:Object>{inside}</ds:Object></ds:Signature>")


def with_key_info(inside):
    return SIGNATURE.replace("</ds:Signature>", f"<ds:KeyInfo>{inside}</ds:KeyInfo></ds:Signature>")


def evil(name, identity='ID="_evil"', first="", then="", last=""):
    write(name, document(identity, first=first, then=then, last=last, host="evil"))


evil("xsw1-original-in-object.xml", first=with_object(BARE))
evil("xsw1-original-in-object-same-id.xml", 'ID="_1"', first=with_object(BARE))
evil("xsw2-original-in-extensions.xml", then=extensions(ORIGINAL))
evil("xsw3-detached-in-root.xml", first=SIGNATURE, then=extensions(BARE))
evil("xsw4-detached-same-id.xml", 'ID="_1"', first=SIGNATURE, then=extensions(BARE))
evil("xsw5-detached-no-id.xml", "", first=SIGNATURE, last=BARE)
write("xsw6-evil-beside-original.xml", f'<md:EntitiesDescriptor xmlns:md="{MD}">{entity("", first="", host="evil")}{ORIGINAL}'
      "</md:EntitiesDescriptor>")
write("xsw7-signature-moved-to-group.xml", f'<md:EntitiesDescriptor xmlns:md="{MD}" ID="_group">{SIGNATURE}'
      f'{entity("", first="", host="evil")}{BARE}</md:EntitiesDescriptor>')
write("xsw8-group-with-the-same-id.xml", f'<md:EntitiesDescriptor xmlns:md="{MD}" ID="_1">{SIGNATURE}'
      f'{entity("", first="", host="evil")}{BARE}</md:EntitiesDescriptor>')
evil("xsw-original-in-key-info.xml", first=with_key_info(BARE))
evil("xsw-original-in-key-info-same-id.xml", 'ID="_1"', first=with_key_info(BARE))
evil("xsw-signature-late.xml", then=extensions(BARE), last=SIGNATURE)
evil("xsw-signature-late-same-id.xml", 'ID="_1"', then=extensions(BARE), last=SIGNATURE)
EMPTY = signed(document().replace("@", signature(uri="")))
EMPTY_SIGNATURE = re.search(r"<ds:Signature .*?</ds:Signature>", EMPTY, re.S)[0]
evil("xsw-uri-empty-copied.xml", 'ID="_1"', first=EMPTY_SIGNATURE, last=BARE)
write("xsw-evil-in-the-originals-object.xml", HONEST.replace(SIGNATURE, with_object(BARE.replace("honest", "evil"))))
write("xsw-evil-in-the-originals-key-info.xml", HONEST.replace(
    SIGNATURE, with_key_info(BARE.replace("honest", "evil").replace('ID="_1"', ""))))
judge("xsw-evil-in-the-originals-key-info.xml")

# Responses

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"


def assertion(identity="_a", who="honest", first="@", last=""):
    return (f'<saml:Assertion xmlns:saml="{SAML}" ID="{identity}" Version="2.0"><saml:Issuer>https://idp.example.org/idp'
            f'</saml:Issuer>{first}<saml:Subject><saml:NameID>{who}</saml:NameID></saml:Subject>{last}</saml:Assertion>')


def response(*inside, identity="_r", first=""):
    return (f'<samlp:Response xmlns:samlp="{PROTOCOL}" xmlns:saml="{SAML}" ID="{identity}" Version="2.0">'
            f'<saml:Issuer>https://idp.example.org/idp</saml:Issuer>{first}{"".join(inside)}</samlp:Response>')


ON_ASSERTION = good("response-assertion-signed.xml", response(assertion()).replace("@", signature(uri="#_a")))
A = re.search(r"<saml:Assertion.*</saml:Assertion>", ON_ASSERTION, re.S)[0]
A_SIGNATURE = re.search(r"<ds:Signature .*?</ds:Signature>", A, re.S)[0]
A_BARE = A.replace(A_SIGNATURE, "")
ON_RESPONSE = good("response-signed.xml", response(assertion(first=""), first="@").replace("@", signature(uri="#_r")))
R_SIGNATURE = re.search(r"<ds:Signature .*?</ds:Signature>", ON_RESPONSE, re.S)[0]
R_BARE = ON_RESPONSE.replace(R_SIGNATURE, "")
both = signed(response(assertion().replace("@", signature(uri="#_a"))))
good("response-both-signed.xml", both.replace("</saml:Issuer>", "</saml:Issuer>" + signature(uri="#_r"), 1))
EVIL_A = assertion("_evil", "evil", first="")


def with_object_in(signature_text, inside):
    return signature_text.replace("</ds:Signature>", f"<ds:Object>{inside}</ds:Object></ds:Signature>")


write("response-xsw1.xml", response(EVIL_A, identity="_evil_r", first=with_object_in(R_SIGNATURE, R_BARE)))
write("response-xsw2.xml", response(EVIL_A, identity="_evil_r", first=R_BARE + R_SIGNATURE))
write("response-xsw3.xml", response(EVIL_A, A))
write("response-xsw4.xml", response(assertion("_evil", "evil", first="", last=A)))
write("response-xsw5.xml", response(assertion("_evil", "evil", first=A_SIGNATURE), A_BARE))
write("response-xsw6.xml", response(assertion("_evil", "evil", first=A_SIGNATURE.replace("</ds:Signature>", A_BARE + "</ds:Signature>"))))
write("response-xsw7.xml", response(f"<samlp:Extensions>{assertion('_a', 'evil', first='')}</samlp:Extensions>", A))
write("response-xsw8.xml", response(assertion("_evil", "evil", first=with_object_in(A_SIGNATURE, A_BARE))))
write("response-xsw9-evil-in-object.xml", response(A.replace(A_SIGNATURE, with_object_in(A_SIGNATURE, EVIL_A))))
write("response-same-id.xml", response(assertion("_a", "evil", first=""), A))
write("response-status-signed.xml", response("<samlp:Status>" + A_SIGNATURE + "</samlp:Status>", EVIL_A))
write("response-assertion-signature-moved.xml", response(assertion("_evil", "evil", first=""), A_BARE, first=A_SIGNATURE))
write("response-uri-empty-in-assertion.xml", signed(response(assertion()).replace("@", signature(uri=""))))
write("response-name-id-with-comment.xml", ON_ASSERTION.replace(">honest<", ">honest<!-- -->.evil<"))
write("response-comment-added.xml", ON_ASSERTION.replace(">honest<", ">hon<!-- -->est<"))
judge("response-comment-added.xml")

print(len(os.listdir(HERE)), "files,", sum(os.path.getsize(os.path.join(HERE, n)) for n in os.listdir(HERE)) // 1024, "KiB")
