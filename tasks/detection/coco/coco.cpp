#include "tasks/detection/coco/coco.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "support/atomic_file.h"
#include "support/data_error.h"
#include "tasks/data/json_element.h"
#include "tasks/data/json_file.h"

namespace ptqbench {
namespace {

using Json = nlohmann::json;
using Event = Json::parse_event_t;
using Ids = std::unordered_set<int64_t>;

constexpr size_t kMaxFileBytes = size_t{1} << 32;

CocoBox read_box(const JsonElement& element) {
  const auto numbers = element.elements();
  if (numbers.size() != 4) {
    element.fail(fmt::format("expected 4 numbers, x, y, width and height, but there are {}",
                             numbers.size()));
  }
  const CocoBox box = {numbers[0].number(), numbers[1].number(), numbers[2].number(),
                       numbers[3].number()};
  if (box.width < 0 || box.height < 0) {
    element.fail(fmt::format("width and height must not be negative, but are {} and {}", box.width,
                             box.height));
  }
  return box;
}

bool read_crowd(const JsonElement& object) {
  return object.has("iscrowd") && object.member("iscrowd").flag();
}

int64_t read_side(const JsonElement& image, const char* name) {
  const int64_t side = image.member(name).integer();
  if (side < 1) image.member(name).fail(fmt::format("must be positive, but is {}", side));
  return side;
}

ImageSize read_size(const JsonElement& image) {
  if (!image.has("height") && !image.has("width")) return {};
  return {read_side(image, "height"), read_side(image, "width")};
}

int64_t read_new_id(const JsonElement& element, Ids& ids) {
  const int64_t id = element.member("id").integer();
  if (!ids.insert(id).second) element.member("id").fail(fmt::format("{} is there twice", id));
  return id;
}

void require_known(const JsonElement& element, const char* member, int64_t id, const Ids& known,
                   const char* what) {
  if (known.count(id) == 0)
    element.member(member).fail(fmt::format("no {} has the id {}", what, id));
}

/// Takes the elements of the three lists one by one as they are parsed and drops them.
class AnnotationsReader {
 public:
  AnnotationsReader(const std::filesystem::path& path, std::vector<std::string>* problems)
      : path_(path), problems_(problems) {}

  CocoAnnotations read() {
    const Json rest = read_json_file(
        path_, kMaxFileBytes,
        [this](int depth, Event event, Json& json) { return keeps(depth, event, json); });
    const JsonElement file(rest, "", path_);
    for (const char* list : {"images", "categories", "annotations"}) {
      // What was no object is still there.
      attempt([&] {
        for (const auto& other : file.member(list).elements()) other.member("id");
      });
    }
    keep_known_objects();
    if (renumbered_) number_objects();
    note_mended_areas();
    return std::move(result_);
  }

 private:
  /// Notes what `read` throws where problems are noted.
  template <class Read>
  void attempt(Read read) {
    if (problems_ == nullptr) return read();
    try {
      read();
    } catch (const DataError& error) {
      problems_->emplace_back(error.what());
    }
  }

  bool keeps(int depth, Event event, Json& json) {
    if (event == Event::key && depth == 1) {
      list_ = json.get<std::string>();
      position_ = 0;
    }
    // Outlines of objects are most of the file.
    if (event == Event::key && depth == 3 && json == "segmentation") return false;
    if (event != Event::object_end || depth != 2) return true;
    const JsonElement element(json, fmt::format("{}[{}]", list_, position_++), path_);
    if (list_ == "images") {
      attempt([&] { read_image(element); });
    } else if (list_ == "categories") {
      attempt([&] { read_category(element); });
    } else if (list_ == "annotations") {
      attempt([&] { read_object(element); });
    } else {
      return true;
    }
    return false;
  }

  void read_image(const JsonElement& element) {
    CocoImage image;
    image.id = read_new_id(element, image_ids_);
    image.file_name = element.member("file_name").text();
    image.size = read_size(element);
    result_.images.push_back(std::move(image));
  }

  void read_category(const JsonElement& element) {
    result_.categories.push_back(
        {read_new_id(element, category_ids_), element.member("name").text()});
  }

  void read_object(const JsonElement& element) {
    CocoObject object;
    if (element.has("id")) object.id = element.member("id").integer();
    renumbered_ = !element.has("id") || !object_ids_.insert(object.id).second || renumbered_;
    object.image_id = element.member("image_id").integer();
    object.category_id = element.member("category_id").integer();
    object.box = read_box(element.member("bbox"));
    if (element.has("area")) {
      object.area = element.member("area").number();
    } else {
      object.area = object.box.width * object.box.height;
      ++mended_areas_;
    }
    object.crowd = read_crowd(element);
    result_.objects.push_back(object);
    places_.push_back(position_ - 1);
  }

  /// Only now, as objects may stand before their images.
  void keep_known_objects() {
    std::vector<CocoObject> known;
    for (size_t i = 0; i < result_.objects.size(); ++i) {
      const CocoObject& object = result_.objects[i];
      if (image_ids_.count(object.image_id) == 0) continue;
      const Json id = {{"category_id", object.category_id}};
      const JsonElement element(id, fmt::format("annotations[{}]", places_[i]), path_);
      attempt([&] {
        require_known(element, "category_id", object.category_id, category_ids_, "category");
        known.push_back(object);
      });
    }
    const size_t foreign = std::count_if(
        result_.objects.begin(), result_.objects.end(),
        [&](const CocoObject& object) { return image_ids_.count(object.image_id) == 0; });
    if (foreign > 0)
      note("{} object{} of images that are not listed: left out", foreign, foreign == 1 ? "" : "s");
    result_.objects = std::move(known);
  }

  void number_objects() {
    int64_t number = 0;
    for (CocoObject& object : result_.objects) object.id = ++number;
    note("ids of objects are missing or there twice: all {} are numbered anew{}",
         result_.objects.size(), "");
  }

  void note_mended_areas() {
    if (mended_areas_ > 0)
      note("{} object{} without 'area': that of the box is taken", mended_areas_,
           mended_areas_ == 1 ? "" : "s");
  }

  void note(const char* format, size_t count, const char* ending) {
    result_.notes.push_back(path_.filename().string() + ": " +
                            fmt::format(fmt::runtime(format), count, ending));
  }

  const std::filesystem::path& path_;
  std::vector<std::string>* problems_;
  std::string list_;
  size_t position_ = 0;
  CocoAnnotations result_;
  Ids image_ids_;
  Ids category_ids_;
  Ids object_ids_;
  /// Of each object, its place in the file's list.
  std::vector<size_t> places_;
  bool renumbered_ = false;
  size_t mended_areas_ = 0;
};

Json to_json(const CocoBox& box) { return {box.x, box.y, box.width, box.height}; }

Json to_json(const CocoImage& image) {
  return {{"id", image.id},
          {"file_name", image.file_name},
          {"height", image.size.height},
          {"width", image.size.width}};
}

Json to_json(const CocoCategory& category) {
  return {{"id", category.id}, {"name", category.name}};
}

Json to_json(const CocoObject& object) {
  return {{"id", object.id},
          {"image_id", object.image_id},
          {"category_id", object.category_id},
          {"bbox", to_json(object.box)},
          {"area", object.area},
          {"iscrowd", object.crowd ? 1 : 0}};
}

Json to_json(const CocoDetection& detection) {
  return {{"image_id", detection.image_id},
          {"category_id", detection.category_id},
          {"bbox", to_json(detection.box)},
          {"score", detection.score}};
}

/// A list with one element a line.
template <class Elements>
std::string list_text(const Elements& elements) {
  std::string text = "[";
  for (const auto& element : elements)
    text += (text.size() > 1 ? ",\n" : "\n") + to_json(element).dump();
  return text + "\n]";
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

}  // namespace

CocoAnnotations read_coco_annotations(const std::filesystem::path& path,
                                      std::vector<std::string>* problems) {
  return AnnotationsReader(path, problems).read();
}

void write_coco_annotations(const std::filesystem::path& path, const CocoAnnotations& annotations) {
  write_text(path, fmt::format("{{\"images\": {},\n\"categories\": {},\n\"annotations\": {}}}\n",
                               list_text(annotations.images), list_text(annotations.categories),
                               list_text(annotations.objects)));
}

std::vector<CocoDetection> read_coco_detections(const std::filesystem::path& path,
                                                const CocoAnnotations& annotations) {
  Ids images;
  Ids categories;
  for (const auto& image : annotations.images) images.insert(image.id);
  for (const auto& category : annotations.categories) categories.insert(category.id);
  std::vector<CocoDetection> detections;
  const Json rest = read_json_file(path, kMaxFileBytes, [&](int depth, Event event, Json& json) {
    if (event != Event::object_end || depth != 1) return true;
    const JsonElement element(json, fmt::format("[{}]", detections.size()), path);
    CocoDetection detection;
    detection.image_id = element.member("image_id").integer();
    require_known(element, "image_id", detection.image_id, images, "image");
    detection.category_id = element.member("category_id").integer();
    require_known(element, "category_id", detection.category_id, categories, "category");
    detection.box = read_box(element.member("bbox"));
    detection.score = element.member("score").number();
    detections.push_back(detection);
    return false;
  });
  for (const auto& other : JsonElement(rest, "", path).elements()) other.member("image_id");
  return detections;
}

void write_coco_detections(const std::filesystem::path& path,
                           const std::vector<CocoDetection>& detections) {
  write_text(path, list_text(detections) + "\n");
}

}  // namespace ptqbench
