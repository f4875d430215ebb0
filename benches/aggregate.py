"""Writes an aggregate of a federation, the same bytes each time: what `benches/compare` reads.

Entities, names and certificates are made up. A certificate is well-formed and all its own, but its
signature is noise: nobody checks what signs an X509Certificate in metadata, and 20,000 real ones
would take minutes. The group carries a signature still to be filled in, as `xmlsec1 --sign` asks.
"""

import base64
import random

SPACES = {
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "mdui": "urn:oasis:names:tc:SAML:metadata:ui",
    "mdrpi": "urn:oasis:names:tc:SAML:metadata:rpi",
    "mdattr": "urn:oasis:names:tc:SAML:metadata:attribute",
    "shibmd": "urn:mace:shibboleth:metadata:1.0",
    "idpdisc": "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol",
}
BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:"
SIGNATURE = """
  <ds:Signature>
    <ds:SignedInfo>
      <ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
      <ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
      <ds:Reference URI="#{id}">
        <ds:Transforms>
          <ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
          <ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
        </ds:Transforms>
        <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
        <ds:DigestValue/>
      </ds:Reference>
    </ds:SignedInfo>
    <ds:SignatureValue/>
    <ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo>
  </ds:Signature>"""
TOWNS = ["Aachen", "Bergen", "Città di Castello", "Dünkirchen", "Évora", "Fukuoka", "Győr", "Hokkaidō", "Ioánnina", "Kyōto"]


def entity_id(index):
    """The ID of an entity: odd ones are identity providers, even ones services."""
    return f"https://idp{index}.example.org/shibboleth" if index % 2 else f"https://sp{index}.example.org/saml/metadata"


def tlv(tag, *parts):
    """A DER element of these contents."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def integer(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    body = bytearray([40 * first + second])
    for arc in rest:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        body += bytes(reversed(groups))
    return tlv(6, bytes(body))


def algorithm(dotted, parameters=b""):
    return tlv(0x30, oid(dotted), parameters)


NULL = tlv(5)
RSA_SHA256 = algorithm("1.2.840.113549.1.1.11", NULL)
ECDSA_SHA256 = algorithm("1.2.840.10045.4.3.2")


def rsa_key(chance, bits):
    """A public key of this size. Its modulus is odd noise, since nobody has the private key."""
    modulus = chance.getrandbits(bits) | 1 << bits - 1 | 1
    content = tlv(0x30, integer(modulus), integer(65537))
    return tlv(0x30, algorithm("1.2.840.113549.1.1.1", NULL), tlv(3, b"\0", content))


def ec_key(chance):
    """A point of P-256."""
    p = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    while True:
        x = chance.getrandbits(255)
        square = (x**3 - 3 * x + b) % p
        y = pow(square, (p + 1) // 4, p)
        if y * y % p == square:
            point = b"\4" + x.to_bytes(32, "big") + y.to_bytes(32, "big")
            curve = algorithm("1.2.840.10045.2.1", oid("1.2.840.10045.3.1.7"))
            return tlv(0x30, curve, tlv(3, b"\0", point))


def certificates(chance):
    """An endless row of certificates, each its own, with eight keys of four kinds."""
    sizes = [(2048, 256), (2048, 512), (2048, 256), (2048, 512), (3072, 384), (4096, 512)]
    keys = [(rsa_key(chance, bits), RSA_SHA256, signature) for bits, signature in sizes]
    keys += [(ec_key(chance), ECDSA_SHA256, 0) for _ in range(2)]
    index = 0
    while True:
        key, method, size = keys[index % len(keys)]
        name = tlv(0x30, tlv(0x31, tlv(0x30, oid("2.5.4.3"), tlv(12, f"host{index}.example.org".encode()))))
        start, years = 18 + index % 8, (3, 10, 20)[index % 3]
        dates = tlv(0x30, *(tlv(23, f"{year:02}0{1 + index % 9}15120000Z".encode()) for year in (start, start + years)))
        if size:
            signature = chance.randbytes(size)
        else:
            signature = tlv(0x30, integer(chance.getrandbits(256)), integer(chance.getrandbits(256)))
        serial = integer(chance.getrandbits(127) | 1 << 126)
        tbs = tlv(0x30, tlv(0xA0, integer(2)), serial, method, name, dates, name, key)
        yield tlv(0x30, tbs, method, tlv(3, b"\0", signature))
        index += 1


def wrapped(der, width):
    text = base64.b64encode(der).decode()
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


def ui(index, kind):
    """mdui:UIInfo in three languages with six logos."""
    town = TOWNS[index % len(TOWNS)]
    host = f"{kind}{index}.example.org"
    lines = ["        <mdui:UIInfo>"]
    names = {"en": f"University {index} of {town}", "de": f"Universität {index} zu {town}", "ja": f"{town}第{index}大学"}
    about = {
        "en": f"Members of the University {index} of {town}, its institutes &amp; libraries, sign in here. Guests ask the help desk, "
        "which is open from Monday to Friday, for an account that ends with the term. Whoever has left the university signs in with "
        "the account of an alumna or alumnus, which opens the library and little else.",
        "de": f"Angehörige der Universität {index} zu {town}, ihrer Institute &amp; Bibliotheken melden sich hier an. Gäste erhalten "
        "am Schalter, der von Montag bis Freitag geöffnet ist, ein Konto bis zum Ende des Semesters. Wer die Universität verlassen "
        "hat, meldet sich mit dem Konto für Ehemalige an, das die Bibliothek und wenig sonst öffnet.",
        "ja": f"{town}第{index}大学の構成員、研究所および図書館の利用者はここからサインインします。ゲストは平日にヘルプデスクで学期末まで有効なアカウントを申請してください。"
        "卒業生は同窓生アカウントでサインインし、図書館の一部のサービスを利用できます。",
    }
    for lang, text in names.items():
        lines.append(f'          <mdui:DisplayName xml:lang="{lang}">{text}</mdui:DisplayName>')
    for lang, text in about.items():
        lines.append(f'          <mdui:Description xml:lang="{lang}">{text}</mdui:Description>')
    for lang in names:
        lines.append(f'          <mdui:Keywords xml:lang="{lang}">{town.replace(" ", "+")} university research number{index}</mdui:Keywords>')
    for lang in names:
        for width, height in ((80, 60), (16, 16)):
            path = f"static/federation/logo-{lang}-{width}x{height}.png?version={index * 31 % 997}&amp;lang={lang}"
            lines.append(
                f'          <mdui:Logo height="{height}" width="{width}" xml:lang="{lang}">https://{host}/{path}</mdui:Logo>'
            )
    for lang in names:
        lines.append(
            f'          <mdui:InformationURL xml:lang="{lang}">https://{host}/{lang}/about/sign-in.html</mdui:InformationURL>'
        )
        lines.append(
            f'          <mdui:PrivacyStatementURL xml:lang="{lang}">https://{host}/{lang}/privacy.html</mdui:PrivacyStatementURL>'
        )
    lines.append("        </mdui:UIInfo>")
    return lines


def key_descriptor(use, der, index):
    name = f"\n          <ds:KeyName>host{index}.example.org</ds:KeyName>" if index % 4 == 0 else ""
    return (
        f'      <md:KeyDescriptor use="{use}">\n        <ds:KeyInfo>{name}\n          <ds:X509Data>\n'
        f"            <ds:X509Certificate>\n{wrapped(der, 64 if index % 3 else 76)}\n            </ds:X509Certificate>\n"
        "          </ds:X509Data>\n        </ds:KeyInfo>\n      </md:KeyDescriptor>"
    )


def attribute(name, *values):
    lines = [f'        <saml:Attribute Name="{name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri">']
    lines += [f"          <saml:AttributeValue>{value}</saml:AttributeValue>" for value in values]
    return [*lines, "        </saml:Attribute>"]


def entity(index, row):
    """One entity in the schema's order, with two certificates of the row."""
    provider = index % 2 == 1
    kind = "idp" if provider else "sp"
    host, town = f"{kind}{index}.example.org", TOWNS[index % len(TOWNS)]
    role = "IDPSSODescriptor" if provider else "SPSSODescriptor"
    out = [f'  <md:EntityDescriptor entityID="{entity_id(index)}">', "    <md:Extensions>"]
    out += [
        f'      <mdrpi:RegistrationInfo registrationAuthority="https://federation{index % 60}.example.net/" registrationInstant="20{10 + index % 15}-0{1 + index % 9}-1{index % 10}T08:15:00Z">',
        *(
            f'        <mdrpi:RegistrationPolicy xml:lang="{lang}">https://federation{index % 60}.example.net/{lang}/policy/metadata-registration-practice-statement.html</mdrpi:RegistrationPolicy>'
            for lang in ("en", "de", "ja")
        ),
        "      </mdrpi:RegistrationInfo>",
        "      <mdattr:EntityAttributes>",
        *attribute(
            "http://macedir.org/entity-category" + ("-support" if provider else ""),
            "http://refeds.org/category/research-and-scholarship",
            "http://www.geant.net/uri/dataprotection-code-of-conduct/v1",
            "https://refeds.org/category/code-of-conduct/v2",
        ),
        *attribute("urn:oasis:names:tc:SAML:attribute:assurance-certification", "https://refeds.org/sirtfi"),
        "      </mdattr:EntityAttributes>",
        "    </md:Extensions>",
    ]
    signed = ' WantAuthnRequestsSigned="false"' if provider else ' AuthnRequestsSigned="true" WantAssertionsSigned="true"'
    out += [f'    <md:{role} protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"{signed}>', "      <md:Extensions>"]
    if provider:
        out.append(f'        <shibmd:Scope regexp="false">university{index}.example.org</shibmd:Scope>')
        out.append(f'        <shibmd:Scope regexp="false">students.university{index}.example.org</shibmd:Scope>')
    else:
        out.append(
            f'        <idpdisc:DiscoveryResponse Binding="{SPACES["idpdisc"]}" Location="https://{host}/Shibboleth.sso/Login" index="1"/>'
        )
    out += ui(index, kind)
    if provider:
        out += [
            "        <mdui:DiscoHints>",
            f"          <mdui:IPHint>192.0.{index % 256}.0/24</mdui:IPHint>",
            f"          <mdui:DomainHint>university{index}.example.org</mdui:DomainHint>",
            f"          <mdui:GeolocationHint>geo:{40 + index % 20}.{index % 1000:03},{index % 90}.125</mdui:GeolocationHint>",
            "        </mdui:DiscoHints>",
        ]
    out.append("      </md:Extensions>")
    out += [key_descriptor(use, next(row), index) for use in ("signing", "encryption")]
    formats = ["persistent", "transient"]
    slo = [("HTTP-Redirect", "Redirect"), ("HTTP-POST", "POST")]
    out += [f'      <md:SingleLogoutService Binding="{BINDING}{name}" Location="https://{host}/saml2/{path}/SLO"/>' for name, path in slo]
    out += [f"      <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:{name}</md:NameIDFormat>" for name in formats]
    if provider:
        out += [f'      <md:SingleSignOnService Binding="{BINDING}{name}" Location="https://{host}/idp/profile/SAML2/{path}/SSO"/>' for name, path in slo]
    else:
        for at, (name, path) in enumerate([("HTTP-POST", "POST"), ("HTTP-Artifact", "Artifact")]):
            out.append(
                f'      <md:AssertionConsumerService Binding="{BINDING}{name}" Location="https://{host}/Shibboleth.sso/SAML2/{path}" index="{at}" isDefault="{"false" if at else "true"}"/>'
            )
        out += ['      <md:AttributeConsumingService index="0">', f'        <md:ServiceName xml:lang="en">Service {index}</md:ServiceName>']
        for name, friendly in (("0.9.2342.19200300.100.1.3", "mail"), ("1.3.6.1.4.1.5923.1.1.1.6", "eduPersonPrincipalName")):
            out.append(
                f'        <md:RequestedAttribute FriendlyName="{friendly}" Name="urn:oid:{name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri" isRequired="true"/>'
            )
        out.append("      </md:AttributeConsumingService>")
    out.append(f"    </md:{role}>")
    out.append("    <md:Organization>")
    for element, texts in (
        ("OrganizationName", {"en": f"University {index}", "de": f"Universität {index}"}),
        ("OrganizationDisplayName", {"en": f"University {index} of {town}", "de": f"Universität {index} zu {town}"}),
        ("OrganizationURL", {"en": f"https://www.{host}/en/", "de": f"https://www.{host}/de/"}),
    ):
        out += [f'      <md:{element} xml:lang="{lang}">{text}</md:{element}>' for lang, text in texts.items()]
    out.append("    </md:Organization>")
    for contact, given in (("technical", "Network"), ("support", "Help"), ("administrative", "Registry")):
        out += [
            f'    <md:ContactPerson contactType="{contact}">',
            f"      <md:GivenName>{given}</md:GivenName>",
            "      <md:SurName>Desk</md:SurName>",
            f"      <md:EmailAddress>mailto:{contact}@{host}</md:EmailAddress>",
            "    </md:ContactPerson>",
        ]
    out.append("  </md:EntityDescriptor>\n")
    return "\n".join(out)


def write(path, entities, seed=1):
    """Writes the document, its signature still empty."""
    chance = random.Random(seed)
    row = certificates(chance)
    spaces = "".join(f'\n    xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        out.write(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<md:EntitiesDescriptor{spaces}\n    ID="_aggregate" '
            'Name="https://federation.example.net/" validUntil="2049-12-31T23:59:59Z" cacheDuration="PT6H">'
        )
        out.write(SIGNATURE.format(id="_aggregate"))
        out.write(
            '\n  <md:Extensions>\n    <mdrpi:PublicationInfo creationInstant="2026-01-01T00:00:00Z" '
            'publisher="https://federation.example.net/"/>\n  </md:Extensions>\n'
        )
        for index in range(entities):
            out.write(entity(index, row))
        out.write("</md:EntitiesDescriptor>\n")
