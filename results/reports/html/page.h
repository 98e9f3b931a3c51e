#pragma once

#include <string>

namespace ptqbench {

/// results/reports/html/report.html, with the marks that `render_html_report` fills in.
const std::string& html_report_page();

}  // namespace ptqbench
