#include "harness/parallel/mpi_communicator.h"

#include <mpi.h>

#include <cstdlib>
#include <numeric>

#include "harness/parallel/mpi_device_group.h"
#ifdef PTQBENCH_WITH_NCCL
#include "harness/parallel/nccl_device_group.h"
#endif
#include "support/error.h"

namespace ptqbench {
namespace {

constexpr int kTag = 1;

/// MPI counts in int; the longest text here is a sweep's resolved configuration.
int count_of(const std::string& text) { return static_cast<int>(text.size()); }

MPI_Comm duplicate(MPI_Comm ranks) {
  MPI_Comm copy = MPI_COMM_NULL;
  MPI_Comm_dup(ranks, &copy);
  return copy;
}

}  // namespace

MpiSession::MpiSession() {
  int provided = MPI_THREAD_SINGLE;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &provided);
  if (provided < MPI_THREAD_SERIALIZED) {
    MPI_Finalize();
    throw Error(
        "this MPI library allows no thread but the first to communicate (MPI_THREAD_SERIALIZED is "
        "needed)");
  }
}

MpiSession::~MpiSession() { MPI_Finalize(); }

MpiJob::MpiJob() : MpiCommunicator(duplicate(MPI_COMM_WORLD)) {}

MpiCommunicator::MpiCommunicator(MPI_Comm ranks) : ranks_(ranks) {
  MPI_Comm_rank(ranks_, &rank_);
  MPI_Comm_size(ranks_, &size_);
  MPI_Comm host = MPI_COMM_NULL;
  MPI_Comm_split_type(ranks_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &host);
  MPI_Allreduce(&rank_, &host_, 1, MPI_INT, MPI_MIN, host);
  MPI_Comm_free(&host);
}

MpiCommunicator::~MpiCommunicator() { MPI_Comm_free(&ranks_); }

bool MpiCommunicator::allows_threads() const {
  int provided = MPI_THREAD_SINGLE;
  MPI_Query_thread(&provided);
  return provided == MPI_THREAD_MULTIPLE;
}

std::unique_ptr<Communicator> MpiCommunicator::split(int number) {
  MPI_Comm part = MPI_COMM_NULL;
  MPI_Comm_split(ranks_, number, rank_, &part);
  return std::make_unique<MpiCommunicator>(part);
}

std::unique_ptr<DeviceGroup> MpiCommunicator::device_group(const at::Device& device) {
  if (size_ == 1) return std::make_unique<LocalGroup>();
  if (device.is_cpu()) return std::make_unique<MpiDeviceGroup>(ranks_);
#ifdef PTQBENCH_WITH_NCCL
  return std::make_unique<NcclDeviceGroup>(ranks_, device);
#else
  throw Error(
      "this program was built without NCCL, which joins CUDA devices: set 'devices_per_cell: 1' or "
      "build it with NCCL (docs/building.md)");
#endif
}

std::string MpiCommunicator::library() const {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = {};
  int length = 0;
  MPI_Get_library_version(text, &length);
  const std::string version = text;
  return version.substr(0, version.find_first_of(",\n"));
}

std::string MpiCommunicator::broadcast(const std::string& text) {
  int count = count_of(text);
  MPI_Bcast(&count, 1, MPI_INT, 0, ranks_);
  std::string buffer = rank_ == 0 ? text : std::string(static_cast<size_t>(count), '\0');
  MPI_Bcast(buffer.data(), count, MPI_CHAR, 0, ranks_);
  return buffer;
}

std::vector<std::string> MpiCommunicator::gather(const std::string& text) {
  const int count = count_of(text);
  std::vector<int> counts(static_cast<size_t>(size_));
  MPI_Gather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, 0, ranks_);
  std::vector<int> offsets(counts.size(), 0);
  std::partial_sum(counts.begin(), counts.end() - 1, offsets.begin() + 1);
  std::string all(static_cast<size_t>(offsets.back() + counts.back()), '\0');
  MPI_Gatherv(text.data(), count, MPI_CHAR, all.data(), counts.data(), offsets.data(), MPI_CHAR, 0,
              ranks_);
  std::vector<std::string> texts;
  if (rank_ != 0) return texts;
  for (size_t r = 0; r < counts.size(); ++r) {
    texts.push_back(all.substr(static_cast<size_t>(offsets[r]), static_cast<size_t>(counts[r])));
  }
  return texts;
}

void MpiCommunicator::send(int to, const std::string& text) {
  MPI_Send(text.data(), count_of(text), MPI_CHAR, to, kTag, ranks_);
}

void MpiCommunicator::abort(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::abort();
}

std::optional<std::pair<int, std::string>> MpiCommunicator::poll() {
  int arrived = 0;
  MPI_Status status;
  MPI_Iprobe(MPI_ANY_SOURCE, kTag, ranks_, &arrived, &status);
  if (arrived == 0) return std::nullopt;
  int count = 0;
  MPI_Get_count(&status, MPI_CHAR, &count);
  std::string text(static_cast<size_t>(count), '\0');
  MPI_Recv(text.data(), count, MPI_CHAR, status.MPI_SOURCE, kTag, ranks_, MPI_STATUS_IGNORE);
  return std::make_pair(status.MPI_SOURCE, text);
}

}  // namespace ptqbench
