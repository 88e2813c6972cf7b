# Reference results of the effect evaluation: difference-in-differences on generated data by
# R's glm, lm, sandwich, clubSandwich, survey and lme4.
# Run in this folder: Rscript effect_reference.R
# Writes effect_data.csv and effect_reference.csv. Made with R 4.2.

suppressMessages({
  library(sandwich); library(clubSandwich); library(survey); library(lme4)
})
set.seed(20210701)

sizes <- c(60, 95, 140, 80, 110, 45, 130, 70)
cluster <- rep(seq_along(sizes), sizes)
n <- length(cluster)
post <- rbinom(n, 1, 0.4)
arm <- as.integer(cluster <= 4)
age <- round(runif(n, 4, 12), 2)
low <- rbinom(n, 1, 0.45)
weight <- round(runif(n, 0.4, 2.5), 3)
between <- rnorm(8, 0, 0.35)[cluster] + rnorm(16, 0, 0.6)[2 * cluster - 1 + post]
eta <- -0.6 + 0.2 * arm + 0.1 * post - 0.4 * arm * post + 0.08 * (age - 8) + 0.3 * low + between
y <- rbinom(n, 1, plogis(eta))
score <- round(10 + 3 * eta + rnorm(n, 0, 4), 3)
d <- data.frame(cluster, arm, post, age, low, weight, y, score, effect = arm * post)
d$cell <- interaction(d$cluster, d$post, drop = TRUE)
write.csv(d[, names(d) != "cell"], "effect_data.csv", row.names = FALSE)

rows <- list()
add <- function(model, quantity, value) {
  rows[[length(rows) + 1]] <<- data.frame(model, quantity, value = as.numeric(value))
}

robust <- function(name, fit, term) {
  add(name, "estimate", coef(fit)[[term]])
  add(name, "model_se", sqrt(vcov(fit)[term, term]))
  add(name, "cr1_se", sqrt(vcovCL(fit, cluster = d$cluster)[term, term]))
  v <- vcovCR(fit, cluster = d$cluster, type = "CR2")
  test <- coef_test(fit, vcov = v, test = "Satterthwaite")[term, ]
  add(name, "cr2_se", test$SE)
  add(name, "cr2_df", test[["df_Satt"]] %||% test[["df"]])
}
`%||%` <- function(a, b) if (is.null(a)) b else a

did <- ~ arm + post + effect
logit <- glm(update(did, y ~ . + age), binomial, d)
robust("logit", logit, "effect")
robust("linear", lm(update(did, score ~ . + age), d), "effect")

robust("triple", glm(y ~ arm + post + age + low * arm * post, binomial, d), "arm:post:low")

# The working model of weighted least squares: error variances that are inverse to the weights.
weighted <- lm(update(did, score ~ . + age), d, weights = weight)
v <- vcovCR(weighted, cluster = d$cluster, type = "CR2", target = 1 / d$weight)
test <- coef_test(weighted, vcov = v, test = "Satterthwaite")["effect", ]
add("weighted_linear", "estimate", coef(weighted)[["effect"]])
add("weighted_linear", "cr1_se", sqrt(vcovCL(weighted, cluster = d$cluster)["effect", "effect"]))
add("weighted_linear", "cr2_se", test$SE)
add("weighted_linear", "cr2_df", test[["df_Satt"]] %||% test[["df"]])

design <- svydesign(ids = ~1, weights = ~weight, data = d)
svy <- svyglm(update(did, y ~ . + age), design, family = quasibinomial())
add("svyglm", "estimate", coef(svy)[["effect"]])
add("svyglm", "se", SE(svy)[["effect"]])

# Marginal standardisation with the delta method, by numerical derivative.
standardised <- function(beta, fit, frame) {
  share <- function(a, p) {
    x <- frame; x$arm <- a; x$post <- p; x$effect <- a * p
    mean(plogis(model.matrix(delete.response(terms(fit)), x) %*% beta))
  }
  (share(1, 1) - share(1, 0)) - (share(0, 1) - share(0, 0))
}
beta <- coef(logit)
step <- 1e-6
gradient <- sapply(seq_along(beta), function(j) {
  up <- beta; down <- beta; up[j] <- up[j] + step; down[j] <- down[j] - step
  (standardised(up, logit, d) - standardised(down, logit, d)) / (2 * step)
})
add("standardised", "estimate", standardised(beta, logit, d))
add("standardised", "model_se", sqrt(gradient %*% vcov(logit) %*% gradient))
add("standardised", "cr1_se", sqrt(gradient %*% vcovCL(logit, cluster = d$cluster) %*% gradient))

mixed <- glmer(update(did, y ~ . + age + (1 | cluster) + (1 | cell)), d, binomial, nAGQ = 0)
add("glmer_0", "estimate", fixef(mixed)[["effect"]])
add("glmer_0", "se", sqrt(vcov(mixed)["effect", "effect"]))
add("glmer_0", "sd_cluster", attr(VarCorr(mixed)$cluster, "stddev"))
add("glmer_0", "sd_cell", attr(VarCorr(mixed)$cell, "stddev"))
mixed <- glmer(update(did, y ~ . + age + (1 | cluster) + (1 | cell)), d, binomial)
add("glmer_1", "estimate", fixef(mixed)[["effect"]])
add("glmer_1", "se", sqrt(vcov(mixed)["effect", "effect"]))
mixed <- lmer(update(did, score ~ . + age + (1 | cluster) + (1 | cell)), d)
add("lmer", "estimate", fixef(mixed)[["effect"]])
add("lmer", "se", sqrt(vcov(mixed)["effect", "effect"]))
add("lmer", "sd_cluster", attr(VarCorr(mixed)$cluster, "stddev"))
add("lmer", "sd_cell", attr(VarCorr(mixed)$cell, "stddev"))

# Cluster-period means: t-test on the clusters' changes.
cells <- tapply(d$score, list(d$cluster, d$post), mean)
change <- cells[, 2] - cells[, 1]
test <- t.test(change[1:4], change[5:8], var.equal = TRUE)
add("cluster_period", "estimate", -diff(test$estimate))
add("cluster_period", "p", test$p.value)
add("cluster_period", "lower", test$conf.int[1])

p <- c(0.049, 0.2, 0.012, 0.6, 0.03)
for (i in seq_along(p)) {
  add("holm", i, p.adjust(p, "holm")[i])
  add("bh", i, p.adjust(p, "BH")[i])
}
options(digits = 15)
write.csv(do.call(rbind, rows), "effect_reference.csv", row.names = FALSE)
