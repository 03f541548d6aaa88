"""Why a workflow failed, what it waits for, and where its time goes: sentences with their proof.

`answer.explain` is asked; `evidence` is what is known of a workflow and of what stands around it,
each piece of which may be missing or odd; `failing`, `waiting` and `slow` are tables of causes, one
function each; a `finding` is a sentence, and where each thing it says was read.
"""
