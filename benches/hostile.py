"""Documents made to exhaust a reader: what `benches/compare --hostile` gives to ssoctl.

Each is metadata at its beginning, so that no reader leaves it for another reason, and is then
filled up to the size that is wanted.
"""

MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
GROUP = f'<md:EntitiesDescriptor xmlns:md="{MD}" xmlns:ds="{DS}" xmlns:a="urn:a" ID="_a">'
ENTITY = (
    '<md:EntityDescriptor entityID="https://e{0}.example.org"><md:IDPSSODescriptor protocolSupportEnumeration='
    '"urn:oasis:names:tc:SAML:2.0:protocol"></md:IDPSSODescriptor></md:EntityDescriptor>'
)
END = "</md:EntitiesDescriptor>"


def filled(head, unit, tail):
    """`head`, as many `unit`s as fit, `tail`; a unit may depend on its number."""

    def pieces(size):
        left = size - len(head) - len(tail)
        yield head
        number = 0
        block = 1 if callable(unit) else max(1, (1 << 16) // len(unit))
        while True:
            text = unit(number) if callable(unit) else unit * min(block, max(1, left // len(unit)))
            left -= len(text)
            if left < 0:
                break
            number += 1
            yield text
        yield tail

    return pieces


def attributes(count, start=0, name="a{}"):
    return "".join(f" {name.format(start + number)}=''" for number in range(count))


def signature(number):
    return (
        f'<ds:Signature><ds:SignedInfo><ds:Reference URI="#_{number}"/></ds:SignedInfo><ds:SignatureValue>AA==</ds:SignatureValue>'
        "</ds:Signature>"
    )


def entity(role):
    return lambda n: (
        f'<md:EntityDescriptor entityID="https://e{n}.example.org"><md:IDPSSODescriptor>{role}</md:IDPSSODescriptor></md:EntityDescriptor>'
    )


CERTIFICATES = f"<ds:KeyInfo><ds:X509Data>{'<ds:X509Certificate>MIIBAAAAAAAAAAAAAAAA</ds:X509Certificate>' * 99}</ds:X509Data></ds:KeyInfo>"
NAMED = '<md:EntityDescriptor entityID="e"><md:Extensions><u:UIInfo xmlns:u="urn:oasis:names:tc:SAML:metadata:ui">'
UNNAMED = "</u:UIInfo></md:Extensions></md:EntityDescriptor>"
BILLION = "".join(f'<!ENTITY e{n + 1} "&e{n};&e{n};&e{n};&e{n};&e{n};&e{n};&e{n};&e{n};&e{n};&e{n};">' for n in range(12))
LONG = "n" * 1000
WIDE = " ".join(f'xmlns:p{n}="urn:p{n}"' for n in range(240))
# As many bytes of declarations as may be in scope, in few declarations and in many that begin alike.
FEW = " ".join(f'xmlns:{c}="urn:{c * 7000}"' for c in "pq")
ALIKE = " ".join(f'xmlns:{"p" * 24}{n}="urn:{"x" * 24}{n:03}"' for n in range(200))

DOCUMENTS = {
    "deep-nesting": filled(GROUP, "<a:b>", ""),
    "nested-groups": filled(GROUP, "<md:EntitiesDescriptor>", ""),
    "deep-and-wide": filled(GROUP + "<a:b>" * 60, "<a:b><a:b/></a:b>", "</a:b>" * 60 + END),
    "attributes-one-element": filled(GROUP + "<a:b", lambda n: f" b{n}=''", "/>" + END),
    "attributes-many-elements": filled(GROUP, f"<a:b{attributes(250)}/>", END),
    "attributes-prefixed": filled(GROUP, f"<a:b{attributes(250, name='a:a{}')}/>", END),
    "attributes-long-names": filled(GROUP, f"<a:b{attributes(250, 1000, LONG + '{}')}/>", END),
    "attributes-duplicate-late": filled(GROUP + "<a:b", lambda n: f" b{n % 200}=''", "/>" + END),
    "attribute-huge-value": filled(GROUP + "<a:b c='", "0123456789abcdef", "'/>" + END),
    "attribute-references": filled(GROUP, "<a:b c='" + "&#65;" * 1000 + "'/>", END),
    "text-huge": filled(GROUP + "<a:b>", "0123456789abcdef", "</a:b>" + END),
    "text-many-runs": filled(GROUP, "<a:b>" + "x" * 4_000_000 + "</a:b>", END),
    "text-not-ascii": filled(GROUP, "<a:b>" + "大" * 10_000 + "</a:b>", END),
    "text-returns": filled(GROUP, "<a:b>" + "\r" * 10_000 + "</a:b>", END),
    "blanks": filled(GROUP, " " * 1000 + "\n", END),
    "namespaces-one-element": filled(GROUP + "<a:b", lambda n: f" xmlns:p{n}='urn:p'", "/>" + END),
    "namespaces-many-elements": filled(GROUP, f"<a:b {WIDE}/>", END),
    "namespaces-in-scope": filled(f"{GROUP}<a:b {WIDE}>", "<a:b a:c=''/>", "</a:b>" + END),
    "namespaces-redeclared": filled(GROUP, f'<a:b xmlns:a="urn:{LONG}"/>', END),
    "namespaces-long": filled(f'{GROUP}<a:b xmlns:p="urn:{"x" * 900_000}">', "<p:b p:c=''/>", "</a:b>" + END),
    "namespaces-long-many": filled(GROUP, lambda n: f'<a:b xmlns:p{n}="urn:{"x" * 100_000}">', END),
    "namespaces-long-in-scope": filled(f"{GROUP}<a:b {FEW}>", "<p:b" + "".join(f" {c}:a{n}=''" for n in range(100) for c in "pq") + "/>", "</a:b>" + END),
    "namespaces-alike-in-scope": filled(f"{GROUP}<a:b {ALIKE}>", "<a:b" + "".join(f" {'p' * 24}{n}:a=''" for n in range(200)) + "/>", "</a:b>" + END),
    "namespaces-alike-redeclared": filled(f"{GROUP}<a:b {ALIKE}>", f'<a:b xmlns:q="urn:{"x" * 24}200"/>', "</a:b>" + END),
    "entity-bomb": filled(f'<!DOCTYPE a [<!ENTITY e0 "x">{BILLION}]>{GROUP}', "<a:b>&e12;</a:b>", END),
    "entity-bomb-long": filled("<!DOCTYPE a [", lambda n: f'<!ENTITY e{n} "x">', f"]>{GROUP}{END}"),
    "doctype-unclosed": filled("<!DOCTYPE a [", "<!ENTITY e 'x'>", ""),
    "doctype-external": filled(f'<!DOCTYPE a SYSTEM "file:///etc/passwd">{GROUP}', "<a:b/>", END),
    "signatures": filled(GROUP, signature, END),
    "signatures-of-entities": filled(GROUP, lambda n: f'<md:EntityDescriptor entityID="https://e{n}.example.org">{signature(n)}</md:EntityDescriptor>', END),
    "elements-small": filled(GROUP, "<a/>", END),
    "elements-small-prefixed": filled(GROUP, "<a:b></a:b>", END),
    "elements-and-text": filled(GROUP, "<a:b>x</a:b>\n", END),
    "entities-small": filled(GROUP, lambda n: f'<md:EntityDescriptor entityID="e{n}"/>', END),
    "entities-long-ids": filled(GROUP, lambda n: f'<md:EntityDescriptor entityID="https://e{n}.example.org/{"x" * 9000}"/>', END),
    "entities-duplicate": filled(GROUP, ENTITY.format(0), END),
    "roles-many": filled(GROUP + '<md:EntityDescriptor entityID="e">', "<md:IDPSSODescriptor/>", "</md:EntityDescriptor>" + END),
    "endpoints-many": filled(
        GROUP + '<md:EntityDescriptor entityID="https://idp9999.example.org/shibboleth"><md:IDPSSODescriptor>',
        "<md:SingleSignOnService Binding='x' Location='y'/>",
        "</md:IDPSSODescriptor></md:EntityDescriptor>" + END,
    ),
    "endpoints-of-entities": filled(GROUP, entity("<md:SingleSignOnService Binding='x' Location='yyyyyyyyyyyyyyyyyyyyyyyyyyyy'/>" * 1900), END),
    "formats-of-entities": filled(GROUP, entity("<md:NameIDFormat>urn:x:yyyyyyyyyy</md:NameIDFormat>" * 1900), END),
    "formats-long": filled(GROUP, entity(f"<md:NameIDFormat>{'x' * 8000}</md:NameIDFormat>" * 80), END),
    "keys-without-certificate": filled(GROUP, entity("<md:KeyDescriptor use='none of those that there are'></md:KeyDescriptor>" * 1900), END),
    "certificates-unreadable": filled(GROUP, entity(f"<md:KeyDescriptor>{CERTIFICATES}</md:KeyDescriptor>"), END),
    "names-many": filled(GROUP + NAMED, "<u:DisplayName xml:lang='en'>the name of a school</u:DisplayName>", UNNAMED + END),
    "name-huge": filled(GROUP + NAMED + "<u:DisplayName xml:lang='en'>", "0123456789abcdef", "</u:DisplayName>" + UNNAMED + END),
    "dates-long": filled(GROUP, lambda n: f'<md:EntityDescriptor entityID="e{n}" validUntil="{"x" * 900_000}"/>', END),
    "dates-unreadable": filled(GROUP, lambda n: f'<md:EntityDescriptor entityID="e{n}" validUntil="x{n}"/>', END),
    "names-huge": filled(
        GROUP,
        lambda n: f'<md:EntityDescriptor entityID="e{n}"><md:Organization><md:OrganizationName xml:lang="en">{"x" * 100_000}'
        "</md:OrganizationName></md:Organization></md:EntityDescriptor>",
        END,
    ),
    "ids-duplicate": filled(GROUP, '<a:b ID="_a"/>', END),
    "ids-distinct": filled(GROUP, lambda n: f'<a:b ID="_{n}"/>', END),
    "truncated": lambda size: (piece for piece in [GROUP, *("<a:b><a:c d='e'>some text</a:c></a:b>\n" * 1000 for _ in range(size // 38_000)), "<a:b"]),
    "comment-long": filled(GROUP + "<!--", "a comment ", "-->" + END),
    "comment-unclosed": filled(GROUP + "<!--", "a comment ", ""),
    "comments-many": filled(GROUP, "<!---->", END),
    "instructions-many": filled(GROUP, "<?a?>", END),
    "cdata-many": filled(GROUP + "<a:b>", "<![CDATA[]]>", "</a:b>" + END),
    "cdata-unclosed": filled(GROUP + "<a:b><![CDATA[", "]]x", ""),
    "quote-unclosed": filled(GROUP + "<a:b c='", "<a:d/> ", ""),
    "quotes-unclosed": filled(GROUP, '<a:b c="', ""),
    "name-long": filled(GROUP + "<a:", "n", "/>" + END),
    "references": filled(GROUP, "<a:b>" + "&#65;" * 10_000 + "</a:b>", END),
    "references-one-run": filled(GROUP + "<a:b>", "&#65;", "</a:b>" + END),
    "references-long": filled(GROUP + "<a:b>&#", "0", "65;</a:b>" + END),
    "reference-unclosed": filled(GROUP + "<a:b>&", "amp", ""),
    "not-xml": filled("", "\0\1\2\3", ""),
    "lines": filled(GROUP, "\n", END),
}


def write(path, name, size):
    """Writes one of `DOCUMENTS`, of about this many bytes."""
    with open(path, "w", encoding="utf-8", newline="") as out:
        for piece in DOCUMENTS[name](size):
            out.write(piece)
