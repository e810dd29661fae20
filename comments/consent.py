"""What readers agree to before they send a comment: each wording that was ever published, for ever.

With a comment goes the version its sender saw, so that the office can show what was agreed to (Luật 91/2025/QH15,
Điều 9). A wording that was published is not changed: whoever words it anew adds a version at the end.
"""

# The office's name stands for {office}.
WORDINGS = {
    "2026-01": (
        "Tôi đồng ý để {office} lưu họ tên, thư điện tử và ý kiến này nhằm xét duyệt và đăng ý kiến. "
        "Chỉ họ tên và ý kiến được đăng. Tôi có thể yêu cầu xem hoặc xoá."
    ),
    "2026-11": (
        "Tôi đồng ý để {office} lưu họ tên, thư điện tử và ý kiến này nhằm xét duyệt, đăng và trả lời ý kiến. "
        "Chỉ họ tên và ý kiến được đăng. Tôi có thể yêu cầu xem, xoá hoặc rút lại đồng ý."
    ),
}
CURRENT = next(reversed(WORDINGS))


def wording(version: str, office: str) -> str:
    """What stood beside the box, with the office's name; empty for a version from before this list."""
    return WORDINGS.get(version, "").format(office=office)
