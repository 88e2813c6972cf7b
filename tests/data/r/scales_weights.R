# Reference results of scales, pooling and weighting. Run in this folder: Rscript scales_weights.R
# Made with R 4.2, psych 2.2, mice 3.15 and survey 4.1, after survey.R. The tests do not need R.
suppressMessages({library(survey); library(psych); library(mice)})
set.seed(20210601)
rows <- list()
add <- function(statistic, name, value)
  rows[[length(rows) + 1]] <<- data.frame(statistic, name, value = as.numeric(value))

n <- 60
trait <- rnorm(n)
items <- data.frame(sapply(c(.9, .7, .6, .5, .8), function(l) round(3 + l * trait + rnorm(n, 0, .8), 2)))
names(items) <- paste0("item", 1:5)
items$item2[c(3, 17)] <- NA
write.csv(items, "items.csv", row.names = FALSE)
complete <- na.omit(items)
a <- psych::alpha(complete)
add("alpha", "raw", a$total$raw_alpha); add("alpha", "standardised", a$total$std.alpha)
feldt <- psych::alpha.ci(a$total$raw_alpha, n.obs = nrow(complete), n.var = 5)
add("alpha", "lower", feldt$lower.ci); add("alpha", "upper", feldt$upper.ci)
for (j in 1:5) {
  add("item_rest", names(items)[j], a$item.stats$r.drop[j])
  add("alpha_without", names(items)[j], a$alpha.drop$raw_alpha[j])
}
add("omega", "total", suppressWarnings(suppressMessages(psych::omega(complete, nfactors = 1, plot = FALSE)$omega.tot)))

estimates <- c(.21, .25, .19, .28, .22); errors <- c(.03, .035, .028, .033, .03)
for (sample in c(100, 1e9)) {
  p <- mice::pool.scalar(estimates, errors^2, n = sample, k = 1)
  for (name in c("qbar", "ubar", "b", "t", "df", "r", "fmi")) add(paste0("pool_", sample), name, p[[name]])
}

d <- subset(read.csv("survey_data.csv"), lonely == 0 & group %in% paste0("g", 1:5))
d <- d[!is.na(d$score), ]
design <- svydesign(~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
groups <- data.frame(group = paste0("g", 1:5), Freq = c(900, 1100, 1000, 1200, 800))
strata <- data.frame(stratum = letters[1:4], Freq = c(1000, 1500, 1300, 1200))
post <- postStratify(design, ~group, groups)
m <- svymean(~score, post); add("poststratify", "mean", coef(m)); add("poststratify", "se", SE(m))
m <- svymean(~score, subset(post, stratum == "a")); add("poststratify", "mean_a", coef(m)); add("poststratify", "se_a", SE(m))
raked <- rake(design, list(~group, ~stratum), list(groups, strata), control = list(maxit = 1000, epsilon = 1e-12))
m <- svymean(~score, raked); add("rake", "mean", coef(m)); add("rake", "se", SE(m))
m <- svymean(~score, subset(raked, stratum == "a")); add("rake", "mean_a", coef(m)); add("rake", "se_a", SE(m))
for (i in c(1, 50, 200, 350)) { add("rake_weight", i, weights(raked)[i]); add("poststratify_weight", i, weights(post)[i]) }
write.csv(do.call(rbind, rows), "scales_weights_results.csv", row.names = FALSE)
