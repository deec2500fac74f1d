"""From a page's markup to its visible text, a line a block, with what of it is no part of the article."""
