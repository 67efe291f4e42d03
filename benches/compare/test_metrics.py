"""Checks the figures on rankings worked out by hand: `python -m unittest` here."""

import unittest

import metrics

REQUEST = {"relevant": {"a": 3, "b": 2, "c": 1, "no-sheet": 3}}
KNOWN = {"a", "b", "c", "d"}


class Figures(unittest.TestCase):
    def test_the_best_order_is_worth_everything(self):
        self.assertEqual(
            metrics.figures(REQUEST, ["a", "b", "c"], KNOWN),
            {"success@1": 1, "success@3": 1, "nDCG@5": 1, "MRR": 1},
        )

    def test_a_good_method_in_the_fourth_place_comes_too_late(self):
        found = metrics.figures(REQUEST, ["d", "c", "d", "b"], KNOWN)
        self.assertEqual((found["success@1"], found["success@3"], found["MRR"]), (0, 0, 0.25))
        # Gains 1 and 3 in the second and fourth places, against 7, 3 and 1 in the first three.
        self.assertAlmostEqual(found["nDCG@5"], (1 / 1.58496 + 3 / 2.32193) / (7 + 3 / 1.58496 + 1 / 2), places=4)

    def test_requests_without_a_good_method_do_not_count(self):
        poor = [{"relevant": {}}, {"relevant": {"c": 1}}, {"relevant": {"no-sheet": 3}}]
        self.assertEqual(metrics.counted([REQUEST, *poor], KNOWN), [REQUEST])

    def test_an_interval_holds_the_difference_and_is_the_same_each_time(self):
        ours, theirs = [1.0] * 40, [1.0] * 20 + [0.0] * 20
        low, high = metrics.interval(ours, theirs)
        self.assertLess(low, -0.5)
        self.assertLess(-0.5, high)
        self.assertEqual((low, high), metrics.interval(ours, theirs))
        self.assertEqual(metrics.interval(ours, ours), (0, 0))


if __name__ == "__main__":
    unittest.main()
