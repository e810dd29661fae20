"""The API in OpenAPI 3.1, for programs that read such descriptions; `news.api` does what it says."""

from typing import Any

from django.urls import reverse

from news.freshness import LISTED
from news.models import Document
from news.publisher import absolute

Schema = dict[str, Any]

_ADDRESS: Schema = {"type": "string", "format": "uri"}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_DAY: Schema = {"type": "string", "format": "date"}
_WORDS: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer", "minimum": 1}


def _object(required: Schema, optional: Schema | None = None) -> Schema:
    """An object that has all of these, may have those, and nothing else."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
        "additionalProperties": False,
    }


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _or_nothing(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_AUTHORS = _list(_object({"name": _WORDS}, {"url": _ADDRESS}))

_SCHEMAS: Schema = {
    "File": _object(
        {
            "url": _ADDRESS,
            "mime_type": _WORDS,
            "title": _WORDS,
            "size_in_bytes": {"type": "integer", "minimum": 1},
        }
    ),
    "Article": _object(
        {
            "id": {**_WORDS, "description": "Không đổi, kể cả khi tin đổi tên hay địa chỉ."},
            "url": _ADDRESS,
            "title": _WORDS,
            "content_html": _WORDS,
            "summary": _WORDS,
            "date_published": _MOMENT,
            "date_modified": {**_MOMENT, "description": "Lần cuối nội dung công khai thay đổi."},
            "authors": _AUTHORS,
            "tags": _list(_WORDS),
            "language": {"const": "vi"},
            "attachments": _list(_ref("File")),
            "_article": _object(
                {
                    "number": _NUMBER,
                    "api_url": _ADDRESS,
                    "section": _object({"name": _WORDS, "slug": _WORDS, "url": _ADDRESS}),
                }
            ),
        },
        {"image": _ADDRESS},
    ),
    "Section": _object(
        {
            "id": _ADDRESS,
            "url": _ADDRESS,
            "title": _WORDS,
            "content_text": _WORDS,
            "_section": _object(
                {
                    "slug": _WORDS,
                    "parent": _or_nothing(_WORDS),
                    "articles_url": _ADDRESS,
                    "rss_url": _ADDRESS,
                    "atom_url": _ADDRESS,
                }
            ),
        }
    ),
    "Document": _object(
        {
            "id": _ADDRESS,
            "url": _ADDRESS,
            "title": _WORDS,
            "content_text": {**_WORDS, "description": "Trích yếu."},
            "date_published": {**_MOMENT, "description": "Khi đăng lên cổng."},
            "language": {"const": "vi"},
            "attachments": _list(_ref("File")),
            "_document": _object(
                {
                    "key": _NUMBER,
                    "api_url": _ADDRESS,
                    "number": {**_WORDS, "description": "Số, ký hiệu."},
                    "kind": _WORDS,
                    "issuer": _WORDS,
                    "signer": _WORDS,
                    "issued_on": _DAY,
                    "effective_on": _DAY,
                    "ends_on": {
                        **_or_nothing(_DAY),
                        "description": "Ngày đầu tiên không còn hiệu lực, nếu đã biết.",
                    },
                    "state": {
                        "enum": [state.label for state in Document.State],
                        "description": "Vào ngày hỏi.",
                    },
                    "replaced_by": _or_nothing(_ADDRESS),
                }
            ),
        }
    ),
    "Problem": _object(
        {
            "type": {"const": "about:blank"},
            "title": _WORDS,
            "status": {"type": "integer"},
            "detail": {**_WORDS, "description": "Một câu tiếng Việt."},
        }
    ),
}


def _feed_of(item: str) -> Schema:
    return _object(
        {
            "version": {"const": "https://jsonfeed.org/version/1.1"},
            "title": _WORDS,
            "home_page_url": _ADDRESS,
            "feed_url": _ADDRESS,
            "description": _WORDS,
            "authors": _AUTHORS,
            "language": {"const": "vi"},
            "items": _list(_ref(item)),
        },
        {"next_url": {**_ADDRESS, "description": "Trang tiếp theo; không có ở trang cuối."}},
    )


def _parameter(name: str, description: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "description": description, "schema": schema}


_LIMIT = _parameter(
    "limit",
    "Số mục của một trang.",
    {"type": "integer", "minimum": 1, "maximum": 50, "default": 20},
)
_SECTION = _parameter(
    "section",
    "Chỉ tin của chuyên mục này và các mục con; giá trị là slug ở /api/sections/.",
    {"type": "string", "pattern": f"^(?:{LISTED['section'].pattern})$"},
)


def _after(what: str) -> Schema:
    return _parameter(
        "after",
        f"{what} Dùng next_url thì không phải tự viết.",
        {"type": "integer", "minimum": 1, "maximum": 9_999_999_999},
    )


_CORS = {"Access-Control-Allow-Origin": {"schema": {"const": "*"}}}


def _problem(description: str) -> Schema:
    content = {"application/problem+json": {"schema": _ref("Problem")}}
    return {"description": description, "headers": _CORS, "content": content}


def _operation(
    name: str,
    summary: str,
    schema: Schema,
    *,
    content_type: str = "application/json",
    parameters: tuple[Schema, ...] = (),
    can_miss: bool = False,
) -> Schema:
    """A GET, with every answer it can give."""
    headers = {
        **_CORS,
        "ETag": {"description": "Gửi lại trong If-None-Match thì nhận 304 nếu không có gì mới."}
        | {"schema": _WORDS},
    }
    answers = {
        "200": {
            "description": "Tìm thấy.",
            "headers": headers,
            "content": {content_type: {"schema": schema}},
        },
        "304": {"description": "Không có gì mới từ lần trước."},
        "400": _problem("Tham số sai."),
    }
    if can_miss:
        answers["404"] = _problem("Không có, chưa đăng hoặc đã thu hồi.")
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": list(parameters),
            "responses": answers,
        }
    }


def _numbered(description: str) -> Schema:
    return {
        "name": "number",
        "in": "path",
        "required": True,
        "description": description,
        "schema": _NUMBER,
    }


def description() -> Schema:
    """The whole description; addresses in it are this site's."""
    feed = "application/feed+json"
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "API dữ liệu mở của cổng thông tin",
            "version": "1",
            "description": "Chỉ đọc, không cần khoá. Danh sách theo JSON Feed 1.1, lỗi theo RFC 9457.",
        },
        "servers": [{"url": absolute("")}],
        "paths": {
            reverse("api:articles"): _operation(
                "articles",
                "Tin đã xuất bản, mới nhất trước",
                _feed_of("Article"),
                content_type=feed,
                parameters=(_SECTION, _LIMIT, _after("Số của tin mà trang bắt đầu sau nó.")),
                can_miss=True,
            ),
            "/api/articles/{number}/": _operation(
                "article",
                "Một tin",
                _ref("Article"),
                parameters=(_numbered("Số của tin: _article.number."),),
                can_miss=True,
            ),
            reverse("api:sections"): _operation(
                "sections",
                "Các chuyên mục, theo thứ tự của trang",
                _feed_of("Section"),
                content_type=feed,
            ),
            reverse("api:documents"): _operation(
                "documents",
                "Văn bản đã đăng, ngày ban hành mới nhất trước",
                _feed_of("Document"),
                content_type=feed,
                parameters=(_LIMIT, _after("Khoá của văn bản mà trang bắt đầu sau nó.")),
                can_miss=True,
            ),
            "/api/documents/{number}/": _operation(
                "document",
                "Một văn bản",
                _ref("Document"),
                parameters=(_numbered("Khoá của văn bản: _document.key."),),
                can_miss=True,
            ),
        },
        "components": {"schemas": _SCHEMAS},
    }
