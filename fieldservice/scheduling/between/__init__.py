"""Rules and costs between routes: crews, waits, tools, rest, fairness, change.

One route is timed and searched by itself; here is what ties several together.
"""
