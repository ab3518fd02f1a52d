# The same as `python start.py COMMAND ARGS`, for those who have make. `make help` lists the commands.
PYTHON ?= $(shell command -v python3 || command -v python)
COMMANDS := lab env test test-slow notebooks lint bench lock exercises release grade marks viva tasks mutants help

.DEFAULT_GOAL := help
.PHONY: $(COMMANDS)
$(COMMANDS):
	@$(PYTHON) start.py $@ $(ARGS)
