"""Grading: a folder of notebooks that learners handed in, and one table of what is right in them.

    make grade DIR=homework

`folder` takes one notebook after the other, each in a process of its own with a time limit.
`submission` is that process: it runs the notebook and has it judged. `isolation` cuts its network
off, all but this computer's own. `table` writes what came of it.
"""
