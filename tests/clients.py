"""How a process of the tests ends that has read a stream of Parquet."""

# A thread of Arrow may still be letting go of the Python file that it read when the interpreter ends; it is then
# stopped where it may not be, and aborts a process whose work is done (apache/arrow#45214). The answer is out by then,
# and an error never gets here.
LEAVE = """
import os, sys
sys.stdout.flush()
os._exit(0)
"""
