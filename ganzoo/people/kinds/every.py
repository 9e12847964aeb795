"""The kinds of pages by name."""

from ganzoo.people.kinds import captions, neighbours, preference, rapid, real_or_fake

KINDS = {
    "real-or-fake": real_or_fake,
    "rapid": rapid,
    "preference": preference,
    "neighbours": neighbours,
    "captions": captions,
}
# Those whose raters practise first and must know both sides.
PRACTISED = ("real-or-fake", "rapid")
