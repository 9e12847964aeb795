"""The page of a study: what it found, its tables and figures, in one file."""

import base64

from ganzoo.report.markup import join, section, table, tag
from ganzoo.report.page import whole_page


def study_report(title, question, answer, sections, *, facts=None):
    """A study as one self-contained HTML file.

    Args:
        title: heading.
        question: what was asked.
        answer: sentences: what held and what did not.
        sections: objects with `title`, `text` (paragraphs), `table` ((headings, rows) or None) and `figures` ((PNG file,
            caption) pairs).
        facts: text by label.

    Returns:
        The HTML text.
    """
    lead = tag("p", question, class_="lead")
    parts = [section("Findings", lead, tag("ul", [tag("li", sentence) for sentence in answer]), name="findings")]
    for number, each in enumerate(sections, 1):
        content = [tag("p", text) for text in each.text]
        if each.table:
            head, rows = each.table
            content.append(table(head, rows, each.title))
        content += [figure(path, caption) for path, caption in each.figures]
        parts.append(section(each.title, join(*content), name=f"part-{number}"))
    return whole_page(title, "Study", facts, parts, foot="The numbers are in study.json beside this page.")


def figure(path, caption):
    """A PNG file within the page."""
    data = base64.b64encode(path.read_bytes()).decode()
    picture = tag("img", src=f"data:image/png;base64,{data}", alt=caption, style="image-rendering: auto; background: #fff")
    return tag("figure", picture, tag("figcaption", caption))
