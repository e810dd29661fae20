"""How a line of the log is written: no private link and no reader's words stand in it, whoever logs and whatever failed."""

import logging
import re
from typing import Any

from django.db import Error

# Whoever has the address may act by it: links of who sent a comment, and links to drafts. As wide as a mistyped
# link that still shows its secret.
_SECRET = re.compile(r"(/(?:cua-toi|ban-nhap)/+)[^/\s?#\"']+", re.IGNORECASE)


class MaskingFormatter(logging.Formatter):
    """The whole line is masked, so a traceback is too."""

    def formatException(self, ei: Any) -> str:
        """Of what a database says only the first line: below it PostgreSQL quotes the row that it refused."""
        written, error = super().formatException(ei), ei[1]
        while error is not None:
            if isinstance(error, Error):
                said = str(error)
                written = written.replace(said, said.partition("\n")[0])
            error = error.__cause__ or error.__context__
        return written

    def format(self, record: logging.LogRecord) -> str:
        return _SECRET.sub(r"\1…", super().format(record))
