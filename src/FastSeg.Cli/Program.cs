Console.WriteLine("fastseg");
