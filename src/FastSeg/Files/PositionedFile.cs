using Microsoft.Win32.SafeHandles;

namespace FastSeg.Files;

/// <summary>
/// An open file that several threads write, and read back, at byte offsets. A failure of the disk becomes the sentence of whoever owns it.
/// </summary>
/// <param name="handle">The file, which stays the owner's.</param>
/// <param name="name">What a sentence calls it where it was cut.</param>
/// <param name="failure">The owner's sentence for a failure of the file system.</param>
internal sealed class PositionedFile(SafeFileHandle handle, string name, Func<Exception, FastSegException> failure)
{
    /// <summary>Writes at a byte offset.</summary>
    /// <exception cref="FastSegException">The disk is full or fails.</exception>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(handle, bytes, offset);
        }
        catch (Exception e) when (PartialFile.IsDiskFailure(e))
        {
            throw failure(e);
        }
    }

    /// <summary>Reads back what was written.</summary>
    /// <exception cref="FastSegException">The disk fails, or somebody else cut the file.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        try
        {
            for (int done = 0; done < destination.Length;)
            {
                int got = RandomAccess.Read(handle, destination[done..], offset + done);
                done += got > 0 ? got : throw new EndOfStreamException($"{name} was cut at byte {offset + done}");
            }
        }
        catch (Exception e) when (PartialFile.IsDiskFailure(e))
        {
            throw failure(e);
        }
    }
}
