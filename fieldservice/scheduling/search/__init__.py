"""The search: ruin and recreate on packed integers, compiled.

`arrays` packs a problem, `legs` and `labelling` keep what is known of every route, `placing`
judges an insertion, `ruin` and `recreate` take out and put back, `anneal` decides what stays;
`searching` is what the rest of the house calls.
"""
