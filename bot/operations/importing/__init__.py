"""SEVs of elsewhere come in: from `sevbot export` of another Sevbot, or from a file that another tool's export was made into.

`docs/import.md` describes the format. `files` reads JSON and `tables` CSV into rows of the same shape, `reading` makes SEVs of
them (with `fields`, `words`, `parts`), `planning` says what would be made, and `writing` makes it, one SEV at a time.
"""
