"""How a line of the log is written: no private link stands in it, whoever logs and whatever failed."""

import logging
import re

# Whoever has the address may act by it: links of who sent a comment, and links to drafts. As wide as a mistyped
# link that still shows its secret.
_SECRET = re.compile(r"(/(?:cua-toi|ban-nhap)/+)[^/\s?#\"']+", re.IGNORECASE)


class MaskingFormatter(logging.Formatter):
    """The whole line is masked, so a traceback is too."""

    def format(self, record: logging.LogRecord) -> str:
        return _SECRET.sub(r"\1…", super().format(record))
