namespace FastSeg.Interop.Calls;

/// <summary>An object in use by a call; disposing gives it back.</summary>
/// <typeparam name="T">The object.</typeparam>
internal readonly struct HandleUse<T>(HandleTable<T> table, nint handle, T value) : IDisposable where T : class
{
    /// <summary>The object.</summary>
    public T Value { get; } = value;

    /// <inheritdoc/>
    public void Dispose() => table.Leave(handle);
}
