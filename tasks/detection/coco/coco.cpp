#include "tasks/detection/coco/coco.h"

#include <fmt/format.h>

#include <functional>
#include <unordered_set>
#include <utility>

#include "support/atomic_file.h"
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

/// COCO has 0 or 1; other tools write false or true.
bool read_crowd(const JsonElement& object) {
  if (!object.has("iscrowd")) return false;
  const int64_t crowd = object.member("iscrowd").integer();
  if (crowd != 0 && crowd != 1) object.member("iscrowd").fail("expected 0 or 1");
  return crowd == 1;
}

int64_t read_side(const JsonElement& image, const char* name) {
  const int64_t side = image.member(name).integer();
  if (side < 1) image.member(name).fail(fmt::format("must be positive, but is {}", side));
  return side;
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
  explicit AnnotationsReader(const std::filesystem::path& path) : path_(path) {}

  CocoAnnotations read() {
    const Json rest = read_json_file(
        path_, kMaxFileBytes,
        [this](int depth, Event event, Json& json) { return keeps(depth, event, json); });
    const JsonElement file(rest, "", path_);
    for (const char* list : {"images", "categories", "annotations"}) {
      // What was no object is still there.
      for (const auto& other : file.member(list).elements()) other.member("id");
    }
    require_references();
    return std::move(result_);
  }

 private:
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
      read_image(element);
    } else if (list_ == "categories") {
      read_category(element);
    } else if (list_ == "annotations") {
      read_object(element);
    } else {
      return true;
    }
    return false;
  }

  void read_image(const JsonElement& element) {
    CocoImage image;
    image.id = read_new_id(element, image_ids_);
    image.file_name = element.member("file_name").text();
    image.size = {read_side(element, "height"), read_side(element, "width")};
    result_.images.push_back(std::move(image));
  }

  void read_category(const JsonElement& element) {
    result_.categories.push_back(
        {read_new_id(element, category_ids_), element.member("name").text()});
  }

  void read_object(const JsonElement& element) {
    CocoObject object;
    object.id = read_new_id(element, object_ids_);
    object.image_id = element.member("image_id").integer();
    object.category_id = element.member("category_id").integer();
    object.box = read_box(element.member("bbox"));
    object.area = element.member("area").number();
    object.crowd = read_crowd(element);
    result_.objects.push_back(object);
  }

  /// Only now, as objects may stand before their images.
  void require_references() const {
    for (size_t i = 0; i < result_.objects.size(); ++i) {
      const CocoObject& object = result_.objects[i];
      const Json ids = {{"image_id", object.image_id}, {"category_id", object.category_id}};
      const JsonElement element(ids, fmt::format("annotations[{}]", i), path_);
      require_known(element, "image_id", object.image_id, image_ids_, "image");
      require_known(element, "category_id", object.category_id, category_ids_, "category");
    }
  }

  const std::filesystem::path& path_;
  std::string list_;
  size_t position_ = 0;
  CocoAnnotations result_;
  Ids image_ids_;
  Ids category_ids_;
  Ids object_ids_;
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

CocoAnnotations read_coco_annotations(const std::filesystem::path& path) {
  return AnnotationsReader(path).read();
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
