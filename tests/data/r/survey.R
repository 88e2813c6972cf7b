# Reference results of the survey estimates. Run in this folder: Rscript survey.R
# Made with R 4.2 and survey 4.1. The tests read the two tables it writes and do not need R.
suppressMessages(library(survey))
set.seed(20180501)
n <- 420
d <- data.frame(
  stratum = sample(c("a", "b", "c", "d"), n, replace = TRUE),
  weight = signif(10^runif(n, -2, 2), 8),
  group = sample(c("g1", "g2", "g3", "g4", "g5"), n, replace = TRUE)
)
d$psu <- paste0(d$stratum, sample(1:9, n, replace = TRUE))
d$yes <- rbinom(n, 1, c(g1 = .5, g2 = .08, g3 = .9, g4 = .3, g5 = .3)[d$group])
d$score <- round(rnorm(n, 10, 4), 3)
d$part <- round(rexp(n, 1), 3)
d$whole <- round(d$part + rexp(n, 2), 3)
d$yes[sample(n, 25)] <- NA
d$score[sample(n, 25)] <- NA
extra <- function(k, group, yes, stratum, psu) data.frame(
  stratum = stratum, weight = signif(10^runif(k, -2, 2), 8), group = group, psu = psu, yes = yes,
  score = round(rnorm(k, 10, 4), 3), part = round(rexp(k, 1), 3), whole = round(1 + rexp(k, 2), 3))
d <- rbind(d,
  extra(30, "zero", 0, "a", paste0("a", rep(1:6, 5))),
  extra(30, "full", 1, "b", paste0("b", rep(1:6, 5))),
  extra(12, "missing", NA, "c", paste0("c", rep(1:6, 2))),
  extra(1, "single", 1, "d", "d1"))
d$score[d$group == "missing"] <- NA
lonely <- extra(8, "g1", rep(0:1, 4), "e", "e1")
both <- rbind(cbind(d, lonely = 0), cbind(lonely, lonely = 1))
both$population <- c(a = 14, b = 20, c = 9, d = 30, e = 3)[both$stratum]
write.csv(both, "survey_data.csv", row.names = FALSE)
d <- both[both$lonely == 0, ]

rows <- list()
add <- function(design, statistic, group, method, value, se, lower = NA, upper = NA)
  rows[[length(rows) + 1]] <<- data.frame(design, statistic, group, method,
    value = as.numeric(value), se = as.numeric(se), lower = as.numeric(lower), upper = as.numeric(upper))

designs <- list(
  weights = svydesign(~1, weights = ~weight, data = d),
  strata = svydesign(~1, strata = ~stratum, weights = ~weight, data = d),
  psu = svydesign(~psu, weights = ~weight, data = d),
  full = svydesign(~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE),
  fpc = svydesign(~psu, strata = ~stratum, weights = ~weight, fpc = ~population, data = d, nest = TRUE))
for (name in names(designs)) for (chosen in c("", sort(unique(d$group)))) {
  whole <- designs[[name]]
  part <- if (chosen == "") whole else subset(whole, d$group == chosen)
  if (!chosen %in% c("missing")) {
    yes <- subset(part, !is.na(yes)); score <- subset(part, !is.na(score))
    m <- svymean(~yes, yes)
    for (method in c("logit", "beta", "xlogit", "mean")) {
      if (chosen %in% c("zero", "full", "single")) { add(name, "proportion", chosen, method, coef(m), SE(m)); next }
      p <- svyciprop(~yes, yes, method = method)
      add(name, "proportion", chosen, method, coef(p), SE(p), confint(p)[1], confint(p)[2])
    }
    m <- svymean(~score, score); ci <- confint(m, df = degf(score))
    if (chosen == "single") ci <- c(NA, NA)
    add(name, "mean", chosen, "t", coef(m), SE(m), ci[1], ci[2])
  }
  if (chosen == "single") next
  t <- svytotal(~part, part); ci <- confint(t, df = degf(part))
  add(name, "total", chosen, "t", coef(t), SE(t), ci[1], ci[2])
  r <- svyratio(~part, ~whole, part); ci <- confint(r, df = degf(part))
  add(name, "ratio", chosen, "t", coef(r), SE(r), ci[1], ci[2])
  for (p in c(.1, .5, .8)) {
    q <- svyquantile(~part, part, p, ci = TRUE, interval.type = "mean", df = degf(part))$part
    add(name, paste0("quantile", p), chosen, "mean", q[1], q[4], q[2], q[3])
  }
}
for (policy in c("certainty", "adjust", "average")) {
  options(survey.lonely.psu = policy)
  design <- svydesign(~psu, strata = ~stratum, weights = ~weight, data = both, nest = TRUE)
  for (chosen in c("", "g1", "g2")) {
    part <- if (chosen == "") design else subset(design, both$group == chosen)
    score <- subset(part, !is.na(score)); m <- svymean(~score, score); ci <- confint(m, df = degf(score))
    add(paste0("lonely_", policy), "mean", chosen, "t", coef(m), SE(m), ci[1], ci[2])
  }
}
options(survey.lonely.psu = "fail")
# Change between two samples: each a stratum of one design.
for (pair in list(c("a", "b"), c("c", "d"))) {
  design <- subset(designs$full, stratum %in% pair & !is.na(yes))
  for (chosen in c("g1", "g4")) {
    part <- update(subset(design, design$variables$group == chosen), wave = paste0("wave_", stratum))
    by <- svyby(~yes, ~wave, part, svymean, covmat = TRUE)
    stopifnot(length(coef(by)) == 2)
    label <- paste(c(chosen, pair), collapse = "-")
    dif <- svycontrast(by, c(-1, 1)); ci <- confint(dif, df = degf(part))
    add("full", "change", label, "points", coef(dif), SE(dif), ci[1], ci[2])
    labels <- names(coef(by))
    ratio <- svycontrast(by, substitute(log(b) - log(a), lapply(list(a = labels[1], b = labels[2]), as.name)))
    ci <- exp(confint(ratio, df = degf(part)))
    add("full", "change", label, "ratio", exp(coef(ratio)), SE(ratio), ci[1], ci[2])
    fit <- svyglm(yes ~ wave, part, family = quasibinomial())
    ci <- exp(confint(fit, ddf = degf(part)))[2, ]
    add("full", "change", label, "odds_ratio", exp(coef(fit)[2]), SE(fit)[2], ci[1], ci[2])
  }
}
# A group against all: overlap accounted for.
for (name in c("weights", "full")) for (chosen in c("g1", "g3")) {
  design <- subset(designs[[name]], !is.na(yes))
  design <- update(design, inside = as.numeric(design$variables$group == chosen))
  design <- update(design, own = inside * yes, one = 1)
  t <- svytotal(~own + inside + yes + one, design)
  dif <- svycontrast(t, quote(own / inside - yes / one))
  add(name, "against_all", chosen, "points", coef(dif), SE(dif))
  other <- if (chosen == "g1") "g2" else "g4"
  design <- update(design, u = as.numeric(design$variables$group == other), v = u * yes)
  t <- svytotal(~own + inside + u + v, design)
  dif <- svycontrast(t, quote(own / inside - v / u))
  add(name, "gap", paste0(chosen, "-", other), "points", coef(dif), SE(dif))
}
write.csv(do.call(rbind, rows), "survey_results.csv", row.names = FALSE)
