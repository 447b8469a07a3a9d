// FastSeg inside another program: a frame in memory, a few strokes, a model, a segmentation. No file is touched.
using FastSeg;

const int Width = 640, Height = 480, Stride = 704; // rows of a camera's buffer are often padded
byte[] frame = new byte[Stride * Height];
var noise = new Random(1);
for (int i = 0; i < frame.Length; i++)
{
    (int row, int column) = Math.DivRem(i, Stride);
    bool particle = Math.Pow((column % 80) - 40, 2) + Math.Pow((row % 80) - 40, 2) < 500;
    frame[i] = (byte)((particle ? 150 : 100) + noise.Next(-40, 41));
}
byte[] strokes = new byte[Width * Height]; // 0 is unlabelled; any other value is a class
strokes.AsSpan((120 * Width) + 105, 30).Fill(1); // across a particle
strokes.AsSpan((160 * Width) + 80, 200).Fill(2); // between particles

using var cancel = new CancellationTokenSource(TimeSpan.FromMinutes(5));
Console.CancelKeyPress += (_, e) => cancel.Cancel(e.Cancel = true);
var options = new ComputeOptions
{
    Cancellation = cancel.Token,
    Progress = new Progress<double>(done => Console.Error.Write($"\r{done:P0} ")),
};

using var image = MemoryImage.FromMemory<byte>(frame, Width, Height, rowStride: Stride);
using var labels = MemoryImage.FromMemory<byte>(strokes, Width, Height);
TrainingResult trained = Segmenter.Train([new TrainingImage(image, labels)], names: ["particle", "matrix"], options: options);

LabelMap map = new Segmenter(trained.Model).Segment(image, options: options);
Console.WriteLine($"the pixel in the middle is {map.Classes[map[Width / 2, Height / 2] - 1].Name}");
foreach ((ModelClass found, long pixels) in map.Classes.Zip(map.Run.ClassPixels))
{
    Console.WriteLine($"{found.Name}: {100.0 * pixels / map.Run.Pixels:F1} % of {map.Run.Pixels} pixels");
}
