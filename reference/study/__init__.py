"""What learning needs: predict, quiz, ladder, claim checks, progress, the environment check. Everything works in a headless run too."""

from reference.estimation.claims import Claim, claims, find_claim
from reference.study.audit_table import audit_table
from reference.study.cards import RESHADED, assumptions, claim, opening
from reference.study.check import CheckFailed, ask, check, grade
from reference.study.environment import environment_check
from reference.study.features_view import choose_features
from reference.study.hints import hint, reveal
from reference.study.ladder import ladder
from reference.study.my_scenario import my_scenario, yours
from reference.study.practice import practice
from reference.study.predict import Gate, predict, show
from reference.study.progress import board, reset_progress
from reference.study.quiz import Question, quiz
from reference.study.scoping_view import scoping_game
from reference.study.sheet_view import requirement_sheet

__all__ = [
    "RESHADED", "CheckFailed", "Claim", "Gate", "Question", "ask", "assumptions", "audit_table", "board", "check", "choose_features",
    "claim", "claims", "environment_check", "find_claim", "grade", "hint", "ladder", "my_scenario", "opening", "practice", "predict",
    "quiz", "requirement_sheet", "reset_progress", "reveal", "scoping_game", "show", "yours",
]  # fmt: skip
