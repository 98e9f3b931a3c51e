#include "harness/config/train_config.h"

#include "tests/harness/config/config_fixture.h"

namespace ptqbench {
namespace {

class Train : public ConfigFiles {
 protected:
  TrainConfig load(const std::string& text, const std::vector<std::string>& sets = {}) {
    return load_train(write("t.yaml", text), sets, known_names());
  }
};

const char* const kBasic =
    "name: r20\ntask: image_classification\ndataset: fashion_mnist\nmodel: resnet20\noutput: "
    "ck/r20.safetensors\n";

TEST_F(Train, ReadsEverything) {
  const auto config = load(
      std::string(kBasic) +
          "epochs: 12\nbatch_size: 64\nlearning_rate: 0.05\nmomentum: 0.8\nweight_decay: 1e-4\n"
          "label_smoothing: 0.1\nwarmup_epochs: 0.5\nseed: 3\nthreads: 2\n"
          "augmentation: {crop_padding: 4, horizontal_flip: true}\n",
      {"epochs=14"});
  EXPECT_EQ(config.name, "r20");
  EXPECT_EQ(config.task.name, "image_classification");
  EXPECT_EQ(config.task.dataset.name, "fashion_mnist");
  EXPECT_EQ(config.model.name, "resnet20");
  EXPECT_EQ(config.output, at("ck/r20.safetensors"));
  EXPECT_EQ(config.options.epochs, 14);
  EXPECT_EQ(config.options.batch_size, 64);
  EXPECT_EQ(config.options.learning_rate, 0.05);
  EXPECT_EQ(config.options.momentum, 0.8);
  EXPECT_EQ(config.options.weight_decay, 1e-4);
  EXPECT_EQ(config.options.label_smoothing, 0.1);
  EXPECT_EQ(config.options.warmup_epochs, 0.5);
  EXPECT_EQ(config.options.seed, 3);
  EXPECT_EQ(config.options.crop_padding, 4);
  EXPECT_TRUE(config.options.horizontal_flip);
  EXPECT_EQ(config.threads, 2);
}

TEST_F(Train, DefaultsAreThoseOfTheOptions) {
  const auto config = load(kBasic);
  EXPECT_EQ(option_texts(config.options), option_texts(TrainOptions()));
  EXPECT_EQ(config.options.crop_padding, 0);
  EXPECT_FALSE(config.options.horizontal_flip);
}

TEST_F(Train, AllErrorsComeAtOnce) {
  const auto path = at("t.yaml");
  EXPECT_EQ(
      config_error([&] {
        load(
            "name: r20\ntask: image_classification\ndataset: mnist\nmodel: resnet\nepochs: 10001\n"
            "momentum: 1\naugmentation: {flip: true, crop_padding: -1}\nlearning_rat: 1\n");
      }),
      path + ":1: output: the required key is missing\n" +  //
          path + ":3: dataset: unknown data set 'mnist' (valid: fashion_mnist, cifar10)\n" + path +
          ":4: model: unknown model 'resnet'; did you mean 'resnet20'? (valid: resnet20, "
          "mobilenet_v2_cifar, onnx)\n" +
          path + ":5: epochs: expected an integer from 1 to 10000, got '10001'\n" + path +
          ":6: momentum: expected a number from 0 to 0.9999, got '1'\n" + path +
          ":7: augmentation.flip: unknown key (valid: crop_padding, horizontal_flip, "
          "token_dropout)\n" +
          path + ":7: augmentation.crop_padding: expected an integer from 0 to 1000, got '-1'\n" +
          path +
          ":8: learning_rat: unknown key; did you mean 'learning_rate'? (valid: name, task, "
          "dataset, text, model, model_config, initialize_from, "
          "output, optimizer, epochs, batch_size, learning_rate, momentum, weight_decay, "
          "label_smoothing, "
          "warmup_epochs, "
          "seed, augmentation, threads)");
}

TEST_F(Train, TheWarmUpFitsIntoTheRun) {
  EXPECT_EQ(config_error([&] { load(std::string(kBasic) + "epochs: 2\nwarmup_epochs: 3\n"); }),
            at("t.yaml") + ":7: warmup_epochs: expected at most the 2 epochs of the run, got 3");
}

}  // namespace
}  // namespace ptqbench
