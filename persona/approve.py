"""`mascot approve`: allow exactly this text until a day, and write that into its file without touching another line."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from persona.approval import REASONS, Approval, author_of, needs_two, needs_two_response, response_digest, wrong
from persona.compliance import Context, Guard
from persona.compliance.audit import project_log
from persona.content import Content, Response, load_content
from persona.content.checks.approvals import AHEAD, CODES, needing
from persona.content.codes import is_warning
from persona.errors import ContentError
from persona.institution import Institution, load_institution
from persona.layers import taken_over
from persona.lint import problems_in
from persona.live import load_live
from persona.products import Product, load_products
from persona.yamledit import EditError, Way, put, save

DONE, REFUSED, BAD_CALL = 0, 1, 2
_ID = re.compile(r"A-(\d{1,8})")


@dataclass(frozen=True)
class Subject:
    """Something that can be approved: one variation of a response, or a product sheet."""

    name: str
    file: Path
    way: Way
    sha256: str
    author: str
    approval: Approval | None
    given: bool  # an approval is written down, whole or not
    two: bool
    what: Response | Product

    def wrong(self, today: date) -> str:
        """See :func:`persona.approval.wrong`."""
        return wrong(self.approval, self.sha256, self.author, today, self.two)


def of_response(response: Response, institution: Institution) -> Subject:
    """A response as a subject; `name[1]` is its second variation."""
    meta = response.metadata
    approval = Approval.of(meta.get("approval"))
    return Subject(
        f"{response.name}[{response.number}]", Path(response.file), ("responses", response.name, response.number, "metadata"),
        response_digest(response.item), author_of(meta), approval, "approval" in meta,
        needs_two_response(institution.four_eyes, str(meta.get("category") or "none")), response,
    )


def of_product(product: Product, institution: Institution) -> Subject:
    """A product sheet as a subject."""
    return Subject(product.id, Path(product.file), (), product.digest(), product.author, product.approval, product.approval is not None,
                   needs_two(institution.four_eyes, product.category, "offer"), product)


def found(names: Sequence[str], index: int | None, content: Content, products: dict[str, Product], institution: Institution) -> list[Subject]:
    """The subjects that were named. ValueError, in Chinese, for a name that nothing has."""
    out: list[Subject] = []
    for name in names:
        group = content.responses.get(name) or content.responses.get(f"utter_{name}") or ()
        if name in products:
            out.append(of_product(products[name], institution))
        elif group and index is not None and not 0 <= index < len(group):
            raise ValueError(f"{name} 只有 {len(group)} 条，--index 写 0 到 {len(group) - 1}。")
        elif group:
            out += [of_response(one, institution) for one in group if index in (None, one.number)]
        else:
            near = difflib.get_close_matches(name, [*products, *content.responses], n=3)
            raise ValueError(f"没有叫「{name}」的回答或产品页。" + (f"是不是 {'、'.join(near)}？" if near else ""))
    return out


def objections(subject: Subject, institution: Institution, guard: Guard) -> list[str]:
    """What has to be mended before anybody may approve it."""
    one = subject.what
    if isinstance(one, Product):
        heard = guard.review(one.text(), Context(asked=frozenset({one.category}), now=institution.today()))
        return [f"{f.rule}「{f.text}」：{f.message} → {f.fix}" for f in heard.findings]
    return [
        str(p) for p in problems_in(Path.cwd())
        if p.file == one.file and p.key.startswith(subject.name) and p.code not in CODES.values() and not is_warning(p.code)
    ]


def drawn_up(subject: Subject, by: str, role: str, until: date, second: str, author: str, ident: str, today: date) -> Approval:
    """The approval as it would be written. ValueError when these persons or this date cannot approve it."""
    writer = subject.author or author
    if not writer:
        raise ValueError(f"{subject.name} 没有写作者：加上 --author 姓名，或者在 metadata 里写 author。")
    two = f"--second {second}" if second else ""
    given = Approval(ident, by, role, today, until, subject.sha256, second, "" if subject.author else writer)
    reason = wrong(given, subject.sha256, writer, today, subject.two)
    if until <= today or reason:
        why = "止日要在今天以后" if until <= today else REASONS[reason]
        raise ValueError(f"{subject.name}：{why}（作者 {writer}，批准人 {by} {two}）".replace(" ）", "）"))
    return given


def write(subject: Subject, given: Approval) -> None:
    """Put the approval into the subject's file. EditError when it cannot stand there."""
    file = taken_over(Path.cwd(), subject.file)
    before = file.read_text(encoding="utf-8")
    save(file, before, put(before, subject.way, "approval", given.entry()))


def next_id(taken: Iterable[Approval | None]) -> int:
    """The number after the greatest that was given."""
    numbers = [int(match.group(1)) for one in taken if one and (match := _ID.fullmatch(one.id))]
    return max(numbers, default=0) + 1


def standing(subjects: Iterable[Subject], required: set[str], today: date) -> list[tuple[str, Subject]]:
    """What is unapproved, changed, expired or due within thirty days, in words, with its subject."""
    found = []
    for subject in subjects:
        if not subject.given and subject.name not in required:
            continue
        reason, approval = subject.wrong(today), subject.approval
        due = approval is not None and not reason and approval.until <= today + AHEAD
        if reason or due:
            found.append((REASONS[reason] if reason else "三十天内到期", subject))
    return found


def listing(subjects: Iterable[Subject], required: set[str], today: date) -> list[str]:
    """The same as lines, one per subject."""
    lines = []
    for why, subject in standing(subjects, required, today):
        approval = subject.approval
        until = f"，到 {approval.until}" if approval else ""
        lines.append(f"{why}  {subject.name}  （{approval.id if approval else '没有编号'}{until}）{subject.file}")
    return lines


def to_be_approved(content: Content, products: Mapping[str, Product], institution: Institution) -> tuple[list[Subject], set[str]]:
    """Everything that can be approved, and the names of what must be."""
    subjects = [*(of_product(p, institution) for p in products.values()), *(of_response(r, institution) for r in content.variations())]
    explain = needing(content) if "explain" in institution.approval_required else []
    return subjects, set(products) | {f"{r.name}[{r.number}]" for r in explain}


def main(argv: Sequence[str]) -> int:
    """Run the command; exit 0 done (with --list: nothing open), 1 refused (something open), 2 bad call."""
    ap = argparse.ArgumentParser(prog="mascot approve", description="批准一条回答或一张产品页：写进它的文件，改一个字就作废。")
    ap.add_argument("names", nargs="*", metavar="NAME", help="回答的名字（utter_faq/…）或产品页的 id")
    ap.add_argument("--by", help="批准人")
    ap.add_argument("--role", help="批准人的岗位")
    ap.add_argument("--until", metavar="日期", help="批准到哪一天，含当天")
    ap.add_argument("--second", default="", help="第二位批准人（institution.yml 的 four_eyes 要求时）")
    ap.add_argument("--author", default="", help="作者（文件里没写时）")
    ap.add_argument("--index", type=int, metavar="N", help="只批这个回答的第几条，从 0 数（默认全部）")
    ap.add_argument("--list", action="store_true", help="列出没批准的、变了的、过期的、三十天内到期的")
    args = ap.parse_args(argv)
    try:
        institution, content, products = load_institution(), load_content("."), load_products(approved=False)
        if args.list:
            return _list(content, products, institution)
        if not args.names or not (args.by and args.role and args.until):
            raise ValueError("mascot approve 名字 --by 姓名 --role 岗位 --until 2027-05-31；看清单用 --list")
        until = date.fromisoformat(args.until)
        subjects = found(args.names, args.index, content, products, institution)
    except ContentError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except ValueError as error:
        print(error, file=sys.stderr)
        return BAD_CALL
    guard, log = Guard.load(), project_log(institution)
    number = next_id(_given(content, products))
    for subject in subjects:
        try:
            given = drawn_up(subject, args.by, args.role, until, args.second, args.author, f"A-{number:04d}", institution.today())
            problems = objections(subject, institution, guard)
            if problems:
                raise ValueError("\n".join([f"{subject.name} 还有要改的，没有批准：", *problems]))
            write(subject, given)
        except (EditError, ValueError) as error:
            print(error, file=sys.stderr)
            return REFUSED
        number += 1
        log.append({"kind": "approval", "subject": subject.name, "approval": given.id, "by": given.by, "second": given.second or None,
                    "role": given.role, "until": given.until.isoformat(), "sha256": given.sha256})
        print(f"{subject.name}：{given.by}（{given.role}）批准，编号 {given.id}，到 {given.until}。写在 {subject.file}。")
    print("回答要 mascot train 一次、重启才用上；产品页重启就用上。")
    return DONE


def _given(content: Content, products: dict[str, Product]) -> list[Approval | None]:
    from persona.live import live_path

    live = load_live(live_path()).replaced.values() if live_path().exists() else ()
    return [*(Approval.of(r.metadata.get("approval")) for r in content.variations()), *(p.approval for p in products.values()),
            *(r.approval for r in live)]


def _list(content: Content, products: dict[str, Product], institution: Institution) -> int:
    lines = listing(*to_be_approved(content, products, institution), institution.today())
    print("\n".join(lines) if lines else "该批准的都批准了，三十天内没有到期的。")
    return REFUSED if lines else DONE


