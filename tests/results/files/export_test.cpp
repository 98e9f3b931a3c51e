#include "results/files/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;

CellRecord missing_cell() {
  CellRecord cell;
  cell.fingerprint = fingerprint_of('9');
  cell.task = "classification";
  cell.dataset = "fashion_mnist";
  cell.model = "resnet20";
  cell.method = "brecq";
  cell.bits = {4, 4};
  cell.status = CellStatus::kMissing;
  return cell;
}

/// The value of a column in a line of CSV without quotes.
std::string value_of(const std::string& csv, const std::string& column, int line) {
  std::istringstream text(csv);
  std::string header, wanted;
  std::getline(text, header);
  for (int i = 0; i <= line; ++i) std::getline(text, wanted);
  std::istringstream names(header), values(wanted);
  std::string name, value;
  while (std::getline(names, name, ',')) {
    std::getline(values, value, ',');
    if (name == column) return value;
  }
  return "no such column";
}

TEST(Export, CsvHasEveryCellWithAllColumns) {
  auto full = full_cell();
  // Its settings and reasons would be quoted.
  full.settings = {{"iterations", int64_t{20000}}};
  const auto csv =
      export_csv({full, failed_cell('2', "resnet20", 4, 4, "qdrop", 2), missing_cell()});
  EXPECT_EQ(value_of(csv, "fingerprint", 0), fingerprint_of('a'));
  EXPECT_EQ(value_of(csv, "bits", 0), "w2a4");
  EXPECT_EQ(value_of(csv, "metric", 0), "33.333333333333336");
  EXPECT_EQ(value_of(csv, "full_precision_metric", 0), "94.1");
  EXPECT_EQ(value_of(csv, "further_loss", 0), "0.25");
  EXPECT_EQ(value_of(csv, "memory_bytes", 0), "300000000");
  EXPECT_EQ(value_of(csv, "setting_iterations", 0), "20000");
  EXPECT_EQ(value_of(csv, "provenance_code_version", 0), "1.2.3");
  EXPECT_EQ(value_of(csv, "higher_is_better", 0), "false");
  EXPECT_EQ(value_of(csv, "status", 1), "failed");
  EXPECT_EQ(value_of(csv, "failure_reason", 1), "out of memory");
  EXPECT_EQ(value_of(csv, "metric", 1), "");
  EXPECT_EQ(value_of(csv, "status", 2), "missing");
  EXPECT_EQ(value_of(csv, "provenance_code_version", 2), "");
}

TEST(Export, JsonKeepsTypesAndNothingForWhatNobodyMeasured) {
  const auto json = nlohmann::json::parse(
      export_json({full_cell(), failed_cell('2', "resnet20", 4, 4, "qdrop", 2), missing_cell()}));
  ASSERT_EQ(json.size(), 3U);
  EXPECT_EQ(json[0]["bits"], "w2a4");
  EXPECT_EQ(json[0]["metric"].get<double>(), 100.0 / 3.0);
  EXPECT_EQ(json[0]["further_metrics"]["top5_accuracy"], 99.0);
  EXPECT_EQ(json[0]["settings"]["weight_symmetric"], true);
  EXPECT_EQ(json[0]["settings"]["iterations"], 20000);
  EXPECT_EQ(json[0]["settings"]["activation_range"], "mse");
  EXPECT_EQ(json[0]["provenance"]["code_version"], "1.2.3");
  EXPECT_EQ(json[0]["memory_bytes"], 300000000);
  EXPECT_EQ(json[1]["failure_reason"], "out of memory");
  EXPECT_TRUE(json[1]["metric"].is_null());
  EXPECT_EQ(json[2]["status"], "missing");
  EXPECT_TRUE(json[2]["full_precision_metric"].is_null());
  EXPECT_EQ(export_json({}), "[]\n");
}

}  // namespace
}  // namespace ptqbench
