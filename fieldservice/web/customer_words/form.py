"""The form each language fills in, so that no page can fall back to another unseen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CustomerWords:
    """Every word of the customers' own pages; braces name what is put in."""

    # The page behind a customer's link.
    your_visits: str
    next_visit: str
    no_visit: str
    when: str
    who: str
    one_of_us: str
    what: str
    where: str
    cost: str
    price_first: str
    in_warranty: str
    what_next: str
    next_booked: str
    next_today: str
    next_on_way: str
    next_on_site: str
    next_requested: str
    no_time_yet: str
    linked: str
    another_time: str
    choose_time: str
    cancel: str
    book_another: str
    book_for: str
    past_visits: str
    was_done: str
    was_cancelled: str
    was_no_access: str
    reference: str
    # How they are reached.
    reach_title: str
    reach_lead: str
    reach_change: str
    reach_now_sms: str
    reach_now_call: str
    reach_now_email: str
    reach_now_by_hand: str
    reach_sms: str
    reach_call: str
    reach_email: str
    reach_by_hand: str
    email: str
    email_known: str
    save: str
    reach_saved: str
    reach_missing: str
    reach_no_text: str
    reach_no_phone: str
    email_wrong: str
    # Choosing a time.
    times_lead: str
    now_at: str
    fits_best: str
    also_on: str
    take_time: str
    nobody: str
    call_us: str
    booked: str
    back: str
    # Cancelling.
    cancel_question: str
    cancel_all: str
    cancel_why: str
    optional: str
    cancel_yes: str
    cancel_no: str
    cancelled: str
    # Asking for a visit.
    book_title: str
    step: str
    kind: str
    summary: str
    summary_hint: str
    asset: str
    asset_other: str
    go_on: str
    show_times: str
    where_title: str
    street: str
    municipality: str
    postcode: str
    who_title: str
    name: str
    phone: str
    phone_hint: str
    language: str
    send_code: str
    # The code.
    code_title: str
    code_lead: str
    code_label: str
    code_confirm: str
    code_again: str
    code_sent_again: str
    code_none: str
    code_wrong: str
    code_late: str
    code_used: str
    code_many: str
    waiting_title: str
    waiting_lead: str
    # What is wrong, and the mend.
    kind_missing: str
    summary_missing: str
    street_missing: str
    municipality_missing: str
    name_missing: str
    phone_wrong: str
    phone_landline: str
    phone_elsewhere: str
    language_missing: str
    too_long: str
    offer_missing: str
    not_placed: str
    taken: str
    too_old: str
    changed: str
    under_way: str
    over: str
    wrong: str
    expired_title: str
    expired_lead: str
    expired_send: str
    expired_sent: str
    unknown_title: str
    unknown_lead: str
