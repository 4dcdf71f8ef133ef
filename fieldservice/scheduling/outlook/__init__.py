"""The outlook of a plan: how likely each promise is kept when days go as days do.

`spreads` says how far work and drives stray from the plan, `draws` draws days from that, and
`simulate` lets every route live through them.
"""
