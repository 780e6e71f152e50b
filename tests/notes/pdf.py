"""A small PDF that every reader opens, and what merely looks like one."""

from __future__ import annotations


def pdf(text: str = "Referral", padding: int = 0) -> bytes:
    """One page with ``text``; ``padding`` bytes of a comment make it larger."""
    stream = f"BT /F1 24 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 612 792] >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    body = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    if padding:
        body += b"%" + b"x" * padding + b"\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        body
        + b"xref\n0 7\n0000000000 65535 f \n"
        + table
        + b"trailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    )


NOT_PDF = {
    "empty": b"",
    "text": b"Dear colleague",
    "html with both marks inside": b"<html><script>1</script>%PDF-1.4 %%EOF",
    "zip": b"PK\x03\x04" + b"\0" * 60,
    "image": b"\x89PNG\r\n\x1a\n" + b"\0" * 60,
    "wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "header alone": b"%PDF-1.7\n",
    "cut short": pdf()[:-10],
    "end long before the last bytes": pdf() + b"\0" * 4096,
    "no version": b"%PDF-x\n%%EOF",
    "another version": b"%PDF-9.9\n%%EOF",
    "postscript": b"%!PS-Adobe-3.0 %PDF-1.4\n%%EOF",
}
