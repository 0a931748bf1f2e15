"""One family of errors for those who operate Suiwen; each carries what to do.

SuiwenError
├── SetupError          something is missing or mismatched before a turn can be taken
├── ImportRefusedError  an import would lose or corrupt something
├── AnswersError        a file of answers does not fit the bundle's questions
├── SealError           what was sealed cannot be opened: another key, or altered
├── AccountError        a name of staff that is taken, unknown or not a name
├── OrderError          an order that is not there, or a step that it cannot take now
└── Unavailable         a desk or registry does not answer now; what was filed is kept
"""

from __future__ import annotations


class SuiwenError(Exception):
    """Shown to staff as one line of Chinese, without a traceback; exit code 2."""


class SetupError(SuiwenError):
    """The release or index cannot be used."""


class ImportRefusedError(SuiwenError):
    """Files that cannot be imported as asked."""


class AnswersError(SuiwenError):
    """Answers that name no question, or do not fit it."""


class SealError(SuiwenError):
    """Sealed bytes that the key at hand does not open."""


class AccountError(SuiwenError):
    """A staff account that cannot be made or is not known."""


class OrderError(SuiwenError):
    """An order that is not known, or a step that it cannot take."""


class Unavailable(SuiwenError):
    """The other side is away; trying again later may help."""
