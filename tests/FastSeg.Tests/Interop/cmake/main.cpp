// From C++: handles that release themselves, and four threads with a session each over one model.
#include <fastseg.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

void check(fs_status status) {
    if (status != FS_OK) {
        throw std::runtime_error(std::string(fs_status_name(status)) + ": " + fs_last_error());
    }
}

struct Release {
    void operator()(fs_model *model) const { fs_model_release(model); }
    void operator()(fs_session *session) const { fs_session_close(session); }
};
using Model = std::unique_ptr<fs_model, Release>;
using Session = std::unique_ptr<fs_session, Release>;

constexpr int side = 300;

std::vector<std::uint8_t> scene(unsigned seed) {
    std::vector<std::uint8_t> pixels(side * side);
    for (int i = 0; i < side * side; i++) {
        seed = seed * 1103515245u + 12345u;
        pixels[i] = static_cast<std::uint8_t>((i % side / 60 + i / side / 50) % 2 * 80 + 60 + (seed >> 16) % 40);
    }
    return pixels;
}

Model train(std::vector<std::uint8_t> pixels) {
    std::vector<std::uint8_t> strokes(side * side);
    for (int y = 20; y < 24; y++) {
        for (int x = 4; x < 116; x++) {
            strokes[y * side + x] = x < 56 ? 1 : x < 64 ? 0 : 2;
        }
    }
    fs_training_image image{};
    image.size = sizeof image;
    image.image = fs_grey(pixels.data(), FS_UINT8, side, side);
    image.labels = fs_grey(strokes.data(), FS_UINT8, side, side);
    fs_train_options options;
    check(fs_train_options_init(&options, sizeof options, FS_TRAINING_DEFAULT));
    options.rounds = 10;
    fs_model *model = nullptr;
    check(fs_train(&image, 1, &options, &model));
    return Model(model);
}

Session open(const fs_model *model) {
    fs_frame_shape shape{ sizeof shape, side, side, FS_UINT8, 1, 0, 0 };
    fs_session *session = nullptr;
    check(fs_session_open(model, &shape, nullptr, &session));
    return Session(session);
}

std::vector<std::uint8_t> segment(fs_session *session, std::vector<std::uint8_t> pixels) {
    std::vector<std::uint8_t> labels(side * side);
    const fs_array frame = fs_grey(pixels.data(), FS_UINT8, side, side), to = fs_grey(labels.data(), FS_UINT8, side, side);
    check(fs_session_segment(session, &frame, &to));
    return labels;
}

} // namespace

int main() {
    constexpr int threads = 4, frames = 5;
    const Model model = train(scene(1));
    std::vector<std::vector<std::uint8_t>> expected;
    {
        const Session session = open(model.get());
        for (unsigned i = 0; i < frames; i++) {
            expected.push_back(segment(session.get(), scene(i)));
        }
    }
    std::vector<std::thread> running;
    std::vector<int> differences(threads);
    for (int thread = 0; thread < threads; thread++) {
        running.emplace_back([&, thread] {
            const Session session = open(model.get());
            for (unsigned i = 0; i < frames; i++) {
                differences[thread] += segment(session.get(), scene(i)) != expected[i];
            }
        });
    }
    for (std::thread &thread : running) {
        thread.join();
    }
    for (int count : differences) {
        if (count > 0) {
            std::printf("%d of %d frames differ\n", count, frames);
            return 1;
        }
    }
    std::puts("passed");
    return 0;
}
