#pragma once

#include <string>

#include "results/files/collect.h"

namespace ptqbench {

/// A page of one file that needs no network: tables with published numbers and warnings, failed
/// cells with their reasons, figures, and a list of all cells, to be filtered and sorted, with
/// settings, provenance, stages, units and noise ratios of each. Loss curves are thinned to
/// `kCurvePoints`. `name`: the title. Equal results give an equal page.
std::string render_html_report(const std::string& name, const SweepResults& results);

/// The most points of a loss curve on the page.
constexpr std::size_t kCurvePoints = 60;

}  // namespace ptqbench
